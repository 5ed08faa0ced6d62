//! Query parameters as the members of a request (`A2A §11.5`).

use agentup_protocol::{A2aError, JsonObject};
use serde_json::Value;

/// Parameters whose values are numbers.
const NUMBERS: [&str; 2] = ["historyLength", "pageSize"];

/// Parameters whose values are `true` or `false`.
const SWITCHES: [&str; 1] = ["includeArtifacts"];

/// Reads the parameters. The version, which may stand here too, is none of the request's members.
pub(super) fn read(query: &str) -> Result<JsonObject, A2aError> {
    let mut params = JsonObject::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name.eq_ignore_ascii_case("A2A-Version") {
            continue;
        }
        let value = typed(&name, &value)?;
        if params.insert(name.to_string(), value).is_some() {
            return Err(A2aError::invalid_param(name, "stands twice"));
        }
    }
    Ok(params)
}

fn typed(name: &str, value: &str) -> Result<Value, A2aError> {
    let wrong = |what: &'static str| A2aError::invalid_param(name.to_owned(), what);
    if NUMBERS.contains(&name) {
        return value
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| wrong("must be a number"));
    }
    if SWITCHES.contains(&name) {
        return value
            .parse::<bool>()
            .map(Value::from)
            .map_err(|_| wrong("must be true or false"));
    }
    Ok(Value::from(value))
}
