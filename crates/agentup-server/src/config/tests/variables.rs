//! Variables: those that are settings by themselves, and those inside of values.

use tracing::Level;

use super::*;

#[test]
fn environment_of_the_agent() {
    assert_eq!(
        config("environment: Production\n").environment,
        Stage::Production
    );
    let folder = Folder::new("environment: \"${STAGE:development}\"\n");
    assert_eq!(
        folder
            .load(&[("STAGE", "production")])
            .unwrap()
            .config
            .environment,
        Stage::Production
    );
}

#[test]
fn environment_of_the_process() {
    let process =
        |variables: &[(&str, &str)]| Folder::new("").load(variables).unwrap().config.process;
    for (word, level) in [
        ("INFO", Level::INFO),
        ("debug", Level::DEBUG),
        ("Trace", Level::TRACE),
        ("WARNING", Level::WARN),
        ("warn", Level::WARN),
        ("ERROR", Level::ERROR),
        ("CRITICAL", Level::ERROR),
        ("", Level::INFO),
    ] {
        assert_eq!(process(&[("LOG_LEVEL", word)]).level(), level, "{word}");
    }
    for (word, is_on) in [
        ("true", true),
        ("1", true),
        ("YES", true),
        ("0", false),
        ("no", false),
        ("", false),
    ] {
        let process = process(&[("LOG_LEVEL", "ERROR"), ("DEBUG", word), ("RELOAD", word)]);
        let reload = is_on || word.is_empty();
        assert_eq!((process.debug, process.reload), (is_on, reload), "{word}");
        assert_eq!(
            process.level(),
            if is_on { Level::DEBUG } else { Level::ERROR },
            "{word}"
        );
    }
    assert_eq!(
        process(&[("LOG_LEVEL", "TRACE"), ("DEBUG", "1")]).level(),
        Level::TRACE
    );
}

#[test]
fn variables_stand_for_values_of_every_type() {
    let folder = Folder::new(
        "agent: { name: \"${NAME}\", description: \"${EMPTY}\", url: \"${UNSET}\" }\n\
         server: { port: \"${PORT:8000}\" }\nskills: [{ skill_id: s, tags: \"${UNSET:}\" }]\n",
    );
    let variables = [
        ("NAME", "a: [1, 2] # ${PORT}"),
        ("EMPTY", ""),
        ("PORT", "81"),
    ];
    let config = folder.load(&variables).unwrap().config;
    assert_eq!(config.agent.name, "a: [1, 2] # ${PORT}");
    assert!(!config.agent.description.is_empty());
    assert_eq!(config.agent.url, None);
    assert_eq!(config.server.port, 81);
    assert!(config.skills[0].tags.is_empty());
}
