//! TLS end to end: the real server, real certificates, and clients of every kind.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails its test"
)]

mod bound;
mod faults;
mod greeting;
mod health;
mod mutual;
mod refused;
mod reload;
mod tools;

use agentup_tests::{Authority, Certified, Client, Folder, QUICK_START_ENV, Server};
use reqwest::{Certificate, ClientBuilder, Identity};

/// An agent that speaks TLS, its authority, and the certificate it began with.
struct Secured {
    server: Server,
    authority: Authority,
}

/// A folder with an agent whose `server.tls` has these keys beside the two files, and the files.
fn folder(certified: &Certified, tls: &str) -> Folder {
    let folder = Folder::new(&config(tls), QUICK_START_ENV);
    write(&folder, certified);
    folder
}

fn config(tls: &str) -> String {
    with_security(
        tls,
        "bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: test-issuer, audience: agentup-jwt-test }",
    )
}

fn with_security(tls: &str, security: &str) -> String {
    format!(
        "agent: {{ name: Secured }}\nserver:\n  tls:\n    cert_file: cert.pem\n    \
         key_file: key.pem\n{tls}security: {{ {security} }}\nskills:\n  - skill_id: public_echo\n"
    )
}

fn write(folder: &Folder, certified: &Certified) {
    folder.write("cert.pem", &certified.certificate);
    folder.write("key.pem", &certified.key);
}

/// An agent whose `server.tls` has these keys beside the two files; `ca.pem` has the authority
/// that vouches for it and for its clients.
fn secured(tls: &str) -> Secured {
    let authority = Authority::new("Test Authority");
    let folder = folder(&authority.server(), tls);
    folder.write("ca.pem", &authority.pem());
    Secured {
        server: Server::start_in(folder),
        authority,
    }
}

/// What trusts this authority, and nobody else.
fn trusting(authority: &Authority) -> ClientBuilder {
    let root = Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    reqwest::Client::builder().no_proxy().tls_certs_only([root])
}

fn identity(certified: &Certified) -> Identity {
    let text = format!("{}{}", certified.certificate, certified.key);
    Identity::from_pem(text.as_bytes()).unwrap()
}

impl Secured {
    /// A client that trusts the authority of the agent.
    fn client(&self) -> Client {
        self.client_of(trusting(&self.authority))
    }

    /// A client with this certificate.
    fn client_with(&self, certified: &Certified) -> Client {
        self.client_of(trusting(&self.authority).identity(identity(certified)))
    }

    fn client_of(&self, builder: ClientBuilder) -> Client {
        Client::by(builder.build().unwrap(), self.server.url().to_owned())
    }
}
