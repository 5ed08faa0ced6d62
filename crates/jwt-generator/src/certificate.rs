//! `jwt-generator certificate`: what it takes to try TLS on one machine.

mod args;

use std::{fs, io::Write};

use agentup_auth::CertificateThumbprint;
use agentup_env::clock::utc_now;
use chrono::{Datelike as _, TimeDelta};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

pub(crate) use args::CertificateArgs;

use crate::keygen::{KeygenError, Target};

/// What vouches for the certificates of one run.
type Authority = CertifiedIssuer<'static, KeyPair>;

/// A certificate and its key, and the files that they go into.
struct Made {
    name: String,
    certificate: String,
    key: String,
    thumbprint: CertificateThumbprint,
}

/// Makes an authority and what it vouches for, and writes all but the authority's key; `notes` is
/// for people.
///
/// # Errors
///
/// A name cannot be one, or a file cannot be written.
pub(crate) fn certificate(
    args: &CertificateArgs,
    mut notes: impl Write,
) -> Result<(), KeygenError> {
    let authority = authority(args.days)?;
    let mut made = vec![server(&authority, args)?];
    for name in &args.clients {
        made.push(client(&authority, name, args.days)?);
    }
    fs::create_dir_all(&args.out).map_err(|error| KeygenError::File(args.out.clone(), error))?;
    let place = |name: String| Target::new(Some(&args.out.join(name)));
    let root = place("ca.pem".to_owned());
    let mut files = Vec::new();
    for one in &made {
        let certificate = place(format!("{}.pem", one.name));
        files.push((certificate, place(format!("{}.key", one.name)), one));
    }
    // Before anything is written: what cannot be replaced leaves nothing else changed.
    root.check(args.force)?;
    for (certificate, key, _) in &files {
        certificate.check(args.force)?;
        key.check(args.force)?;
    }
    root.write_public(&authority.pem(), args.force)?;
    for (certificate, key, one) in &files {
        certificate.write_public(&one.certificate, args.force)?;
        key.write_private(&one.key, args.force)?;
    }
    // There is nowhere left to say that standard error is closed.
    let _ = summarize(args, &made, &mut notes);
    Ok(())
}

fn summarize(args: &CertificateArgs, made: &[Made], notes: &mut impl Write) -> std::io::Result<()> {
    let folder = args.out.display();
    writeln!(
        notes,
        "certificates for {} days, for development only",
        args.days
    )?;
    writeln!(notes, "  authority: {folder}/ca.pem")?;
    for one in made {
        let name = &one.name;
        write!(
            notes,
            "  {name}: {folder}/{name}.pem and {folder}/{name}.key"
        )?;
        if name != SERVER {
            // What a token says in `cnf` that only this client may use.
            write!(notes, ", x5t#S256 {}", one.thumbprint)?;
        }
        writeln!(notes)?;
    }
    Ok(())
}

const SERVER: &str = "server";

fn authority(days: u16) -> Result<Authority, KeygenError> {
    let mut params = params(days, "Development authority", Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().map_err(|_| KeygenError::Failed)?;
    CertifiedIssuer::self_signed(params, key).map_err(|_| KeygenError::Failed)
}

fn server(authority: &Authority, args: &CertificateArgs) -> Result<Made, KeygenError> {
    let mut params = params(args.days, "Development server", args.hosts.clone())?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    make(authority, SERVER, &params)
}

fn client(authority: &Authority, name: &str, days: u16) -> Result<Made, KeygenError> {
    let mut params = params(days, name, Vec::new())?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    make(authority, name, &params)
}

fn make(
    authority: &Authority,
    name: &str,
    params: &CertificateParams,
) -> Result<Made, KeygenError> {
    let key = KeyPair::generate().map_err(|_| KeygenError::Failed)?;
    let issuer: &Issuer<'_, KeyPair> = authority;
    let certificate = params.signed_by(&key, issuer);
    let certificate = certificate.map_err(|_| KeygenError::Failed)?;
    Ok(Made {
        name: name.to_owned(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        thumbprint: CertificateThumbprint::of(certificate.der()),
    })
}

/// Good from yesterday on, for clocks that are behind.
fn params(days: u16, name: &str, hosts: Vec<String>) -> Result<CertificateParams, KeygenError> {
    let mut params = CertificateParams::new(hosts).map_err(|_| KeygenError::Failed)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let today = utc_now();
    let midnight = |after: i64| {
        let day = today.checked_add_signed(TimeDelta::days(after));
        let day = day.ok_or(KeygenError::Failed)?;
        let small = |number: u32| u8::try_from(number).map_err(|_| KeygenError::Failed);
        Ok::<_, KeygenError>(date_time_ymd(
            day.year(),
            small(day.month())?,
            small(day.day())?,
        ))
    };
    params.not_before = midnight(-1)?;
    // A day more, because they end when their last day begins.
    params.not_after = midnight(i64::from(days).saturating_add(1))?;
    Ok(params)
}
