//! Another certificate while requests are answered.

use std::{
    fs,
    os::unix::fs::symlink,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use agentup_tests::{Authority, Client, Folder, PATIENCE, QUICK_START_ENV, Server, tokens::token};

use super::{config, trusting, write};

/// How often the certificate is another one.
const SWAPS: usize = 5;

/// Asks until told to stop; says how often it was answered.
async fn ask_on(client: impl Fn() -> Client, token: String, stop: Arc<AtomicBool>) -> usize {
    let mut answered = 0_usize;
    while !stop.load(Ordering::Relaxed) {
        let answer = client().ask("public_echo", &token, "hi").await;
        assert_eq!(
            answer.reply(),
            "Echo: hi (from user alice)",
            "request {answered}"
        );
        answered = answered.saturating_add(1);
    }
    answered
}

/// Each authority vouches for one certificate, so whom a client must trust says which certificate
/// it was shown.
#[tokio::test]
async fn no_request_is_lost_while_the_certificate_changes() {
    let authorities: Vec<_> = (0..=SWAPS)
        .map(|number| Authority::new(&format!("Authority {number}")))
        .collect();
    let folder = Folder::new(&config(""), QUICK_START_ENV);
    write(&folder, &authorities[0].server());
    let server = Server::start_in(folder);
    let url = server.url().to_owned();
    let trusting_all = |keeps: bool| {
        let roots = authorities
            .iter()
            .map(|it| reqwest::Certificate::from_pem(it.pem().as_bytes()).unwrap());
        let builder = reqwest::Client::builder().no_proxy().tls_certs_only(roots);
        let idle = if keeps { usize::MAX } else { 0 };
        Client::by(
            builder.pool_max_idle_per_host(idle).build().unwrap(),
            url.clone(),
        )
    };
    let stop = Arc::new(AtomicBool::new(false));
    let answers = Arc::new(AtomicUsize::new(0));
    // One that keeps its connection through all changes, and two that begin a new one each time.
    let clients: Vec<_> = [true, false, false]
        .map(|keeps| {
            let client = trusting_all(keeps);
            let (stop, token) = (Arc::clone(&stop), token("alice", ""));
            tokio::spawn(ask_on(move || client.clone(), token, stop))
        })
        .into_iter()
        .collect();
    for (number, authority) in authorities.iter().enumerate().skip(1) {
        write(server.folder(), &authority.server());
        let _ = server.log().wait_for_times("file read again", number);
        let seen = Client::by(trusting(authority).build().unwrap(), url.clone());
        assert_eq!(seen.get("/healthz").await.status, 200, "swap {number}");
        let before = Client::by(
            trusting(&authorities[number - 1]).build().unwrap(),
            url.clone(),
        );
        assert!(before.request("GET", "/healthz").send().await.is_err());
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        let answered = tokio::time::timeout(PATIENCE, client).await.unwrap();
        answers.fetch_add(answered.unwrap(), Ordering::Relaxed);
    }
    assert!(answers.load(Ordering::Relaxed) >= 3);
    assert_eq!(server.stop().code, Some(0));
}

/// As Kubernetes does it: the names stay links, and their folder is another one from one moment to
/// the next.
#[tokio::test]
async fn files_of_a_mounted_secret_are_taken_over() {
    let authorities = ["First", "Second"].map(Authority::new);
    let folder = Folder::new(&config(""), QUICK_START_ENV);
    for (name, authority) in ["one", "two"].iter().zip(&authorities) {
        fs::create_dir(folder.path().join(name)).unwrap();
        let certified = authority.server();
        folder.write(&format!("{name}/cert.pem"), &certified.certificate);
        folder.write(&format!("{name}/key.pem"), &certified.key);
    }
    symlink("one", folder.path().join("data")).unwrap();
    for file in ["cert.pem", "key.pem"] {
        symlink(format!("data/{file}"), folder.path().join(file)).unwrap();
    }
    let server = Server::start_in(folder);
    let get = async |authority: &Authority| {
        let client = Client::by(
            trusting(authority).build().unwrap(),
            server.url().to_owned(),
        );
        client.request("GET", "/healthz").send().await.is_ok()
    };
    assert!(get(&authorities[0]).await);
    let path = server.folder().path();
    symlink("two", path.join("other")).unwrap();
    fs::rename(path.join("other"), path.join("data")).unwrap();
    let _ = server.log().wait_for("file read again");
    assert!(get(&authorities[1]).await);
    assert!(!get(&authorities[0]).await);
}

#[tokio::test]
async fn a_signal_takes_over_other_settings_as_well() {
    let authorities = ["First", "Second"].map(Authority::new);
    let folder = Folder::new(&config(""), QUICK_START_ENV);
    write(&folder, &authorities[0].server());
    let server = Server::start_in(folder);
    let certified = authorities[1].server();
    server.folder().write("other.pem", &certified.certificate);
    server.folder().write("other.key", &certified.key);
    let other = config("    hsts: none\n")
        .replace("cert.pem", "other.pem")
        .replace("key.pem", "other.key");
    server.folder().replace_config(&other);
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    let http = trusting(&authorities[1]).build().unwrap();
    let answer = Client::by(http, server.url().to_owned())
        .get("/healthz")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("strict-transport-security"), None);
}
