//! Language models: the section `ai`, handlers of type `llm`, and what their keys change.

use agentup_handlers::llm::{Identity, Manner, Provider, Settings};

use super::*;

/// The model of the only skill that has a handler.
fn model(config: &Config) -> &Settings {
    let mut models = config
        .skills
        .iter()
        .filter_map(|skill| match &skill.handler {
            Some(HandlerConfig::Llm(settings)) => Some(settings),
            _ => None,
        });
    models.next().expect("a model")
}

fn skill(handler: &str) -> String {
    format!("skills: [{{ skill_id: s, handler: {{ type: llm, {handler} }} }}]\n")
}

fn with(yaml: &str, variables: &[(&str, &str)]) -> Config {
    let loaded = Folder::new(yaml).load(variables);
    loaded.unwrap_or_else(|faults| panic!("{faults}")).config
}

fn faults(yaml: &str) -> String {
    Folder::new(yaml).faults(&[])
}

#[test]
fn a_few_words_are_enough() {
    let config = config(&skill("provider: ollama, model: llama3.2"));
    let settings = model(&config);
    assert_eq!(settings.provider, Provider::Ollama);
    assert_eq!(settings.base_url.as_str(), "http://localhost:11434/");
    assert_eq!(settings.model, "llama3.2");
    assert!(settings.authorization.is_none());
    assert_eq!(settings.manner, Manner::default());
    assert!(config.ai.is_none());

    let config = super::config(&skill("provider: openai, model: m, api_key: k"));
    let settings = model(&config);
    assert_eq!(settings.base_url.as_str(), "https://api.openai.com/v1");
    assert_eq!(settings.authorization.as_ref().unwrap(), "Bearer k");
}

#[test]
fn every_key_has_its_effect() {
    let config = config(&skill(
        "provider: openai, base_url: \"http://localhost:8080/v1\", model: m, api_key: k, \
         system_prompt: \"Be brief.\", temperature: 0.7, max_tokens: 100, history: 4, \
         history_size: 1KiB, identity: user_id, timeout: 5m, connect_timeout: 1, read_timeout: 7, \
         max_reply: 64KiB",
    ));
    let settings = model(&config);
    assert_eq!(settings.base_url.as_str(), "http://localhost:8080/v1");
    let manner = Manner {
        system_prompt: Some("Be brief.".to_owned()),
        temperature: Some(0.7),
        max_tokens: Some(100),
        history: 4,
        history_size: 1024,
        identity: Identity::UserId,
        connect_timeout: Duration::from_secs(1),
        read_timeout: Duration::from_secs(7),
        timeout: Duration::from_mins(5),
        max_reply: 64 << 10,
    };
    assert_eq!(settings.manner, manner);
    let shown = show(&config);
    for line in [
        "temperature: 0.7",
        "api_key: <set>",
        "read_timeout: 7s",
        "provider: openai",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    // What is not written is shown as it is in force.
    assert!(show(&super::config(&skill("provider: ollama, model: m"))).contains("history: 20"));
}

#[test]
fn keys_and_prompts_may_stand_in_files() {
    let folder = Folder::new(&skill(
        "provider: openai, model: m, api_key_file: key, system_prompt_file: prompt.md",
    ));
    folder.write("key", "k-1\n");
    folder.write("prompt.md", "Be brief.\n\nBe friendly.\n");
    let config = folder.load(&[]).unwrap().config;
    let settings = model(&config);
    let authorization = settings.authorization.as_ref().unwrap();
    assert_eq!(authorization, "Bearer k-1");
    assert!(authorization.is_sensitive());
    assert!(!format!("{config:?}").contains("k-1"));
    let prompt = settings.manner.system_prompt.as_deref();
    assert_eq!(prompt, Some("Be brief.\n\nBe friendly."));
}

#[test]
fn a_skill_begins_with_the_model_of_all() {
    let ai = "ai: { provider: openai, base_url: \"https://h/v1\", model: m, api_key: k, \
              temperature: 1, system_prompt: Be brief. }\n";
    let one = config(&format!("{ai}{}", skill("temperature: 0.5")));
    let settings = model(&one);
    assert_eq!(
        (settings.base_url.as_str(), settings.model.as_str()),
        ("https://h/v1", "m")
    );
    assert_eq!(settings.authorization.as_ref().unwrap(), "Bearer k");
    assert_eq!(settings.manner.temperature, Some(0.5));
    assert_eq!(settings.manner.system_prompt.as_deref(), Some("Be brief."));
    let common = one.ai.as_ref().unwrap();
    assert_eq!(
        (common.may_be_missing, common.settings.manner.temperature),
        (false, Some(1.0))
    );

    let other = config(&format!("{ai}{}", skill("model: n, api_key: l")));
    let settings = model(&other);
    assert_eq!(
        (settings.model.as_str(), settings.base_url.host_str()),
        ("n", Some("h"))
    );
    assert_eq!(settings.authorization.as_ref().unwrap(), "Bearer l");

    // A key is for the server that it was written for.
    let elsewhere = config(&format!("{ai}{}", skill("provider: ollama, model: n")));
    let settings = model(&elsewhere);
    assert_eq!(settings.base_url.as_str(), "http://localhost:11434/");
    assert!(settings.authorization.is_none());
    assert_eq!(settings.manner.system_prompt.as_deref(), Some("Be brief."));
}

#[test]
fn the_address_of_ollama_may_be_a_variable() {
    let address = [("OLLAMA_BASE_URL", "http://gpu:11434")];
    let switched = "ai: { provider: ollama, base_url: \"${OLLAMA_BASE_URL:}\", model: m }\n";
    let ai = with(switched, &address).ai.unwrap();
    assert_eq!(ai.settings.base_url.as_str(), "http://gpu:11434/");
    assert!(!ai.may_be_missing);
    assert!(with(switched, &[]).ai.is_none());
    // It is where Ollama is, also without being named.
    let ai = with("ai: { provider: ollama, model: m }\n", &address)
        .ai
        .unwrap();
    assert_eq!(ai.settings.base_url.as_str(), "http://gpu:11434/");
    let config = with(&skill("provider: ollama, model: m"), &address);
    assert_eq!(model(&config).base_url.as_str(), "http://gpu:11434/");
}

#[test]
fn the_variable_alone_is_a_model_that_may_be_missing() {
    let address = ("OLLAMA_BASE_URL", "http://localhost:11434");
    let ai = with("", &[address]).ai.unwrap();
    assert!(ai.may_be_missing);
    assert_eq!(ai.settings.base_url.as_str(), "http://localhost:11434/");
    assert_eq!(ai.settings.model, "llama3.2");
    let ai = with("", &[address, ("OLLAMA_MODEL", "qwen3:8b")])
        .ai
        .unwrap();
    assert_eq!(ai.settings.model, "qwen3:8b");
    assert!(with("", &[]).ai.is_none());
    assert!(with("", &[("OLLAMA_BASE_URL", "")]).ai.is_none());
    let says = Folder::new("").faults(&[("OLLAMA_BASE_URL", "localhost:11434")]);
    assert!(says.contains("OLLAMA_BASE_URL: its value is not"), "{says}");
}

#[test]
fn what_cannot_work_is_a_fault() {
    for (handler, says) in [
        ("model: m", "skills[0].handler: has no model"),
        ("provider: ollama", "skills[0].handler.model: is missing"),
        (
            "base_url: \"http://h\", model: m",
            "skills[0].handler.provider: is missing",
        ),
        ("provider: claude, model: m", "is not `ollama` or `openai`"),
        (
            "provider: openai, model: m",
            "skills[0].handler.api_key: must have `api_key`: OpenAI answers nobody without a key",
        ),
        (
            "provider: openai, model: m, api_key: \"${KEY}\"",
            "variable KEY is not set: OpenAI answers nobody without a key",
        ),
        (
            "provider: openai, model: m, api_key: \"two words\"",
            "skills[0].handler.api_key: is not a key",
        ),
        (
            "provider: openai, model: m, api_key: k, api_key_file: f",
            "skills[0].handler.api_key_file: stands beside `api_key`",
        ),
        (
            "provider: ollama, model: m, base_url: \"http://h:11434/v1\"",
            "ends with `/v1`, which ollama has behind its address",
        ),
        (
            "provider: openai, model: m, base_url: \"http://h/v1/chat/completions\"",
            "ends with `/chat/completions`",
        ),
        (
            "provider: ollama, model: m, base_url: \"http://h/?k=secret\"",
            "skills[0].handler.base_url: has more than a path",
        ),
        (
            "provider: ollama, model: m, base_url: \"http://me:secret@h/\"",
            "skills[0].handler.base_url: the value is not",
        ),
        (
            "provider: ollama, model: m, base_url: \"${UNSET:}\"",
            "skills[0].handler.base_url: variable UNSET is not set",
        ),
        (
            "provider: ollama, model: m, temperature: 3",
            "is not a number from 0 to 2",
        ),
        (
            "provider: ollama, model: m, history: -1",
            "is not a number from 0 to 1000",
        ),
        (
            "provider: ollama, model: m, identity: token",
            "is not `none` or `user_id`",
        ),
        (
            "provider: ollama, model: m, url: \"http://h\"",
            "skills[0].handler.url: has no effect",
        ),
        ("provider: ollama, modle: m", "did you mean `model`"),
        (
            "provider: ollama, model: m, system_prompt: a, system_prompt_file: b",
            "skills[0].handler.system_prompt_file: stands beside `system_prompt`",
        ),
        (
            "provider: ollama, model: m, system_prompt_file: missing.md",
            "skills[0].handler.system_prompt_file: cannot read missing.md",
        ),
    ] {
        let faults = faults(&skill(handler));
        assert!(faults.contains(says), "{handler}: {faults}");
        assert!(!faults.contains("secret"), "{faults}");
    }
    let off = format!(
        "ai: {{ provider: ollama, base_url: \"${{OLLAMA_BASE_URL:}}\", model: m }}\n{}",
        skill("temperature: 1")
    );
    let says = "has no model: `ai.base_url` is empty: variable OLLAMA_BASE_URL is not set";
    assert!(faults(&off).contains(says), "{}", faults(&off));
    let bare = faults("ai: { temperature: 1 }\n");
    assert!(
        bare.contains("ai.provider: is missing") && bare.contains("ai.model: is missing"),
        "{bare}"
    );
}

#[test]
fn a_key_over_plain_http_is_doubted_and_in_production_refused() {
    let remote = skill("provider: openai, base_url: \"http://h/v1\", model: m, api_key: k");
    let said = warnings(&loaded(&remote));
    let doubt = "is not https, and `api_key` would be sent to it";
    assert!(said.iter().any(|it| it.contains(doubt)), "{said:?}");
    let faults = faults(&format!("environment: production\n{remote}"));
    assert!(faults.contains(doubt), "{faults}");
    let local = remote.replace("//h/", "//localhost:1/");
    assert_eq!(warnings(&loaded(&local)), [""; 0]);
    let common = format!(
        "ai: {{ provider: openai, base_url: \"http://h/v1\", model: m }}\n{}",
        skill("api_key: k")
    );
    assert!(warnings(&loaded(&common))[0].contains(doubt));
}
