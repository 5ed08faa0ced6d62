//! Writes the test vectors to `tests/vectors/jwt/`, one file for each family.
//!
//! Signatures that are random (ECDSA, RSA-PSS) are kept from the files that are there, so that a
//! second run changes nothing. To renew them, delete the files first.

use std::{error::Error, fs, path::Path};

use agentup_auth::test_support::vectors::{Family, families, trusts};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/jwt");
    fs::create_dir_all(&folder)?;
    write(
        &folder.join("trust.json"),
        &serde_json::to_string_pretty(&trusts())?,
    )?;
    for mut family in families() {
        let path = folder.join(format!("{}.json", family.family));
        if let Ok(text) = fs::read_to_string(&path) {
            family.keep_signatures_of(&serde_json::from_str::<Family>(&text)?);
        }
        write(&path, &serde_json::to_string_pretty(&family)?)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(path, format!("{text}\n"))?)
}
