//! Line editing with a history that no token gets into and nobody else can read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use agentup_env::Environment;
use rustyline::{Config, history::FileHistory};

use super::order::Order;

/// Lines kept over all sessions.
const MAX_LINES: usize = 1000;

pub(super) struct Editor {
    lines: rustyline::Editor<(), FileHistory>,
    /// `None` if the history is not kept longer than the session.
    file: Option<PathBuf>,
}

impl Editor {
    /// An editor with the history of earlier sessions; `None` if the terminal cannot be edited on.
    pub(super) fn open(environment: &Environment) -> Option<Self> {
        Self::with_history(state_dir(environment).as_deref())
    }

    fn with_history(dir: Option<&Path>) -> Option<Self> {
        let config = Config::builder()
            .max_history_size(MAX_LINES)
            .ok()?
            .history_ignore_dups(true)
            .ok()?
            .build();
        let mut lines = rustyline::Editor::with_config(config).ok()?;
        let file = dir.and_then(|dir| prepare(dir).ok());
        // A history that cannot be read is one to do without.
        let file = file.filter(|file| lines.load_history(file).is_ok());
        Some(Self { lines, file })
    }

    /// Lets the person write a line; `None` at Ctrl-C, Ctrl-D or when the terminal is gone.
    pub(super) fn line(&mut self, prompt: &str) -> Option<String> {
        let line = self.lines.readline(prompt).ok()?;
        self.keep(&line);
        Some(line)
    }

    /// Adds the line to the history if it may be there.
    fn keep(&mut self, line: &str) {
        if !Order::parse(line).may_be_kept(line) || self.lines.add_history_entry(line).is_err() {
            return;
        }
        if let Some(file) = &self.file
            && self.lines.append_history(file).is_err()
        {
            self.file = None;
        }
    }
}

/// `$XDG_STATE_HOME/agentup`, by default `~/.local/state/agentup` (XDG Base Directory Specification).
fn state_dir(environment: &Environment) -> Option<PathBuf> {
    let absolute = |name| {
        environment
            .get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state =
        absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("agentup"))
}

/// Makes the file, or takes the one that is there, such that only its owner can read it.
fn prepare(dir: &Path) -> io::Result<PathBuf> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        options.mode(0o600);
        builder.mode(0o700);
    }
    builder.create(dir)?;
    let path = dir.join("client_history");
    let file = options.open(&path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    drop(file);
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

    fn write(dir: &Path, lines: &[&str]) -> String {
        let mut editor = Editor::with_history(Some(dir)).unwrap();
        for line in lines {
            editor.keep(line);
        }
        fs::read_to_string(dir.join("client_history")).unwrap()
    }

    #[test]
    fn the_history_has_commands_and_no_token() {
        let dir = tempfile::tempdir().unwrap();
        let token = format!("token {TOKEN}");
        let kept = write(
            dir.path(),
            &["discovery", &token, TOKEN, "tokne hunter2", "skill echo hi"],
        );
        assert!(kept.ends_with("discovery\nskill echo hi\n"), "{kept}");
        assert!(!kept.contains("eyJ") && !kept.contains("hunter2"), "{kept}");

        let kept = write(dir.path(), &["test"]);
        assert!(kept.ends_with("discovery\nskill echo hi\ntest\n"), "{kept}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_history() {
        use std::os::unix::fs::PermissionsExt as _;

        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state/agentup");
        write(&state, &["test"]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&state), mode(&state.join("client_history"))),
            (0o700, 0o600)
        );

        fs::set_permissions(
            state.join("client_history"),
            fs::Permissions::from_mode(0o644),
        )
        .unwrap();
        write(&state, &["discovery"]);
        assert_eq!(mode(&state.join("client_history")), 0o600);
    }

    #[test]
    fn without_a_place_for_it_the_history_ends_with_the_session() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let mut editor = Editor::with_history(Some(&dir.path().join("file/agentup"))).unwrap();
        editor.keep("test");
        assert_eq!(editor.file, None);
        assert!(Editor::with_history(None).unwrap().file.is_none());
    }

    #[test]
    fn the_state_directory_is_the_users() {
        let dir = |pairs: &[(&str, &str)]| {
            state_dir(&Environment::from_pairs(pairs.iter().copied()))
                .map(|path| path.display().to_string())
        };
        assert_eq!(
            dir(&[("HOME", "/home/u")]).unwrap(),
            "/home/u/.local/state/agentup"
        );
        assert_eq!(
            dir(&[("HOME", "/home/u"), ("XDG_STATE_HOME", "/s")]).unwrap(),
            "/s/agentup"
        );
        assert_eq!(
            dir(&[("HOME", "/home/u"), ("XDG_STATE_HOME", "s")]).unwrap(),
            "/home/u/.local/state/agentup"
        );
        assert_eq!(dir(&[("XDG_STATE_HOME", "")]), None);
    }
}
