//! Secrets stay where they are.

use super::*;

const LEAK: &str = "hunter2";

#[test]
fn no_fault_repeats_a_secret_or_a_variable() {
    for yaml in [
        "security: { bearer: { jwt_secret: hunter2, issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: [hunter2], issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"hunter2${\", issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"${hunter-2}hunter2\", issuer: i, audience: a } }\n",
        "security: { bearer: { algorithm: RS256, public_key: hunter2, issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"${LEAK}\", issuer: i, audience: a } }\n",
        "security: { bearer: { algorithm: \"${LEAK}\", issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secrt: hunter2, issuer: i, audience: a } }\n",
        "server: { port: \"${LEAK}\", host: \"${LEAK}:x\" }\n",
        "environment: \"${LEAK}\"\n",
        "agent: { url: \"http://user:${LEAK}@example.com\" }\n",
        "security:\n  bearer:\n    jwt_secret: hunter2\n  jwt_secret: hunter2 'x: y: z\n",
        "security: { bearer: { jwt_secret: !secret hunter2 } }\n",
        "jwt_secret: hunter2\njwt_secret: hunter2\n",
    ] {
        let faults = Folder::new(yaml)
            .load(&[("LEAK", LEAK), ("LOG_LEVEL", LEAK)])
            .unwrap_err();
        let (shown, debug) = (faults.to_string(), format!("{faults:?}"));
        assert!(
            !shown.contains(LEAK) && !debug.contains(LEAK),
            "{yaml}\n{shown}"
        );
    }
}

#[test]
fn no_file_of_a_secret_is_repeated() {
    let folder =
        Folder::new("security: { bearer: { jwt_secret_file: secret, issuer: i, audience: a } }\n");
    folder.write("secret", LEAK);
    assert!(!folder.faults(&[]).contains(LEAK));
}

#[test]
fn what_is_loaded_shows_no_secret() {
    let loaded = loaded("");
    for shown in [
        format!("{loaded:?}"),
        format!("{loaded:#?}"),
        show(&loaded.config),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn settings_in_force_are_shown() {
    let yaml = "\
agent: { name: Shown }
scopes: { admin: [basic] }
skills:
  - { skill_id: one, required_scopes: { any_of: [basic, admin] } }
  - { skill_id: two, tags: [x] }
";
    let shown = show(&config(yaml));
    for section in include_str!("data/shown.yaml").split_inclusive("\n\n") {
        assert!(
            shown.contains(section.trim_end()),
            "{section}\nis not in\n{shown}"
        );
    }
}

#[test]
fn what_is_shown_can_be_loaded() {
    let shown = show(&config("")).replace("<set>", "\"${JWT_SECRET}\"");
    assert_eq!(
        show(&config(&shown)),
        shown.replace("\"${JWT_SECRET}\"", "<set>")
    );
}

/// Every secret may come from a file.
#[test]
fn a_secret_has_a_twin_for_files() {
    let names: Vec<_> = keys::paths().collect();
    for path in &names {
        let name = keys::last_step(path);
        let is_secret = ["secret", "password", "token", "api_key"]
            .iter()
            .any(|it| name.ends_with(it));
        let has_keys = names
            .iter()
            .any(|other| other.starts_with(&format!("{path}.")));
        if is_secret && !has_keys && !path.starts_with("security.schemes[]") {
            let twin = format!("{path}_file");
            assert!(names.contains(&twin.as_str()), "there is no {twin}");
        }
    }
}

/// A volume of Kubernetes: the file is a link to a file behind another link, which is swapped.
#[test]
fn a_secret_comes_from_a_mounted_volume() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::new(
        "security: { bearer: { jwt_secret_file: mount/jwt-secret, issuer: i, audience: a } }\n",
    );
    let mount = folder.0.path().join("mount");
    fs::create_dir_all(mount.join("..2026_11_28")).unwrap();
    let file = mount.join("..2026_11_28/jwt-secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    symlink("..2026_11_28", mount.join("..data")).unwrap();
    symlink("..data/jwt-secret", mount.join("jwt-secret")).unwrap();
    for (mode, is_open) in [(0o440, false), (0o644, true)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let loaded = folder.load(&[]).unwrap();
        let said = warnings(&loaded);
        assert_eq!(said.len(), usize::from(is_open), "{said:?}");
        for warning in said {
            assert!(
                warning.contains("everybody on this machine can read"),
                "{warning}"
            );
            assert!(warning.contains("chmod o-r"), "{warning}");
        }
        assert_eq!(loaded.config.security.issuers[0].keys.len(), 1);
    }
}

#[test]
fn two_secrets_are_two() {
    let with = |other: &str| {
        let bearer = format!("jwt_secret: \"${{JWT_SECRET}}\", issuer: i, audience: a, {other}");
        Folder::new(&format!("security: {{ bearer: {{ {bearer} }} }}\n"))
    };
    let good = with("other_jwt_secret: \"${OTHER:}\"");
    for (other, keys) in [("", 1), ("another-of-these-9k2j3h4g5f6d7s8a9q0w1e2r", 2)] {
        let loaded = good.load(&[("OTHER", other)]).unwrap();
        assert_eq!(loaded.config.security.issuers[0].keys.len(), keys);
    }
    for (other, says) in [
        (
            "other_jwt_secret: \"${JWT_SECRET}\"",
            "is the secret that stands in `jwt_secret`",
        ),
        (
            "other_jwt_secret: short",
            "has 5 bytes, and HS256 requires at least 32",
        ),
        (
            "other_jwt_secret: x, other_jwt_secret_file: y",
            "stands beside `other_jwt_secret`",
        ),
    ] {
        let said = with(other).faults(&[]);
        assert!(said.contains(says), "{said}");
    }
}
