//! A running issuer, and requests to it byte by byte.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// How long an answer may take; never reached unless something is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// An issuer of its own for one test, gone when it is dropped.
pub(crate) struct Issuer {
    pub(crate) child: Child,
    pub(crate) url: String,
    _folder: TempDir,
}

/// An HTTP response, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Issuer {
    /// Starts an issuer on a port that the system chooses.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// Starts one whose working folder has these files.
    pub(crate) fn start_with(arguments: &[&str], files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_jwt-generator"))
            .args(["issuer", "--port", "0"])
            .args(arguments)
            .env_clear()
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("issuer listening on ");
        Self {
            url: url.unwrap_or_else(|| panic!("{line:?}")).to_owned(),
            child,
            _folder: folder,
        }
    }

    pub(crate) fn authority(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.request("POST", path, &[], b"")
    }

    /// Asks for a token with a form.
    pub(crate) fn form(&self, form: &str) -> Answer {
        let form_type = "Content-Type: application/x-www-form-urlencoded";
        self.request("POST", "/token", &[form_type], form.as_bytes())
    }

    /// Asks for a token with JSON.
    pub(crate) fn json(&self, json: &str) -> Answer {
        let json_type = "Content-Type: application/json; charset=utf-8";
        self.request("POST", "/token", &[json_type], json.as_bytes())
    }

    /// A request with these header lines, beside `Host` unless it is among them.
    pub(crate) fn request(&self, method: &str, path: &str, lines: &[&str], body: &[u8]) -> Answer {
        let mut head = vec![
            format!("{method} {path} HTTP/1.1"),
            "Connection: close".to_owned(),
            format!("Content-Length: {}", body.len()),
        ];
        if !lines.iter().any(|line| line.starts_with("Host:")) {
            head.push(format!("Host: {}", self.authority()));
        }
        head.extend(lines.iter().map(|&line| line.to_owned()));
        let head = format!("{}\r\n\r\n", head.join("\r\n"));
        self.send(&[head.as_bytes(), body].concat())
    }

    /// Sends these bytes and reads the answer to its end.
    pub(crate) fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // An issuer that has heard enough hangs up before the end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The token of an answer that must have one.
    pub(crate) fn token(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        let answer = self.json();
        let token = answer.get("access_token").and_then(Value::as_str);
        token.unwrap().to_owned()
    }
}
