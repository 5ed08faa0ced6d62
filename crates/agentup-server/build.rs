//! Notes down what builds the server, for its metrics to tell.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts by their environment"
)]

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-env=AGENTUP_RUSTC={}",
        rustc().unwrap_or_default()
    );
    for name in ["TARGET", "PROFILE"] {
        let value = env::var(name).unwrap_or_default();
        println!("cargo::rustc-env=AGENTUP_{name}={value}");
    }
}

/// The version alone, as `1.95.0`.
fn rustc() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?)
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split(' ').nth(1).map(str::to_owned)
}
