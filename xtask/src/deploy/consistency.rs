//! Whether manifests agree with each other and with the agent: ports, names, times, rights.

use serde_json::{Value, json};

/// What the agent's configuration says, as `agentup-server check --show` prints it.
#[derive(Debug)]
pub(super) struct Settings {
    port: u64,
    /// Seconds that the agent takes to end, at most.
    ending: u64,
}

/// Seconds between the last of the agent and the moment at which Kubernetes would kill it.
const MARGIN: u64 = 5;

/// What a pod must say of itself for the standard "restricted" of Kubernetes, and a little more.
fn rights() -> [(&'static str, Value); 7] {
    const MAIN: [&str; 3] = [
        "/containers/0/securityContext/allowPrivilegeEscalation",
        "/containers/0/securityContext/readOnlyRootFilesystem",
        "/containers/0/securityContext/capabilities/drop",
    ];
    [
        ("/automountServiceAccountToken", json!(false)),
        ("/securityContext/runAsNonRoot", json!(true)),
        ("/securityContext/runAsUser", json!(65532)),
        (
            "/securityContext/seccompProfile/type",
            json!("RuntimeDefault"),
        ),
        (MAIN[0], json!(false)),
        (MAIN[1], json!(true)),
        (MAIN[2], json!(["ALL"])),
    ]
}

impl Settings {
    pub(super) fn read(shown: &Value) -> Self {
        let seconds = |key: &str| span(text(shown, &format!("/server/{key}")));
        Self {
            port: shown
                .pointer("/server/port")
                .and_then(Value::as_u64)
                .unwrap_or(8000),
            ending: seconds("shutdown_grace").saturating_add(seconds("shutdown_delay")),
        }
    }
}

/// Everything that does not fit together.
pub(super) fn faults(documents: &[Value], settings: &Settings) -> Vec<String> {
    let Some(deployment) = of_kind(documents, "Deployment").next() else {
        return vec!["there is no Deployment".to_owned()];
    };
    let mut faults = Vec::new();
    let pod = deployment.pointer("/spec/template/spec");
    let pod = pod.unwrap_or(&Value::Null);
    faults.extend(faults_of_pod(pod, settings));
    faults.extend(faults_of_network(documents, deployment, pod));
    faults.extend(faults_of_scale(documents, deployment));
    faults
}

/// Rights, limits, times and ports.
fn faults_of_pod(pod: &Value, settings: &Settings) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, wanted) in rights() {
        if pod.pointer(path) != Some(&wanted) {
            faults.push(format!("the pod's {path} is not {wanted}"));
        }
    }
    for limit in ["requests/cpu", "requests/memory", "limits/memory"] {
        let path = format!("/containers/0/resources/{limit}");
        if pod.pointer(&path).is_none() {
            faults.push(format!("the pod has no {limit}"));
        }
    }

    let waits = pod.pointer("/containers/0/lifecycle/preStop/sleep/seconds");
    let waits = waits.and_then(Value::as_u64).unwrap_or_default();
    let killed = pod.pointer("/terminationGracePeriodSeconds");
    let needed = waits.saturating_add(settings.ending).saturating_add(MARGIN);
    if killed.and_then(Value::as_u64).unwrap_or(30) < needed {
        faults.push(format!(
            "the pod is killed before it has ended: it needs {needed} s"
        ));
    }

    let http = number(pod, "http");
    if http != Some(settings.port) {
        faults.push(format!(
            "the agent listens on {}, not on {http:?}",
            settings.port
        ));
    }
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let port = text(pod, &format!("/containers/0/{probe}/httpGet/port")).to_owned();
        if number(pod, &port).is_none() {
            faults.push(format!("{probe} asks the unknown port {port}"));
        }
    }
    faults
}

/// Who reaches the pod, and by which port.
fn faults_of_network(documents: &[Value], deployment: &Value, pod: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let labels = deployment.pointer("/spec/template/metadata/labels");
    for service in of_kind(documents, "Service") {
        if !selects(service.pointer("/spec/selector"), labels) {
            faults.push("the Service selects no pod".to_owned());
        }
        for port in list(service, "/spec/ports") {
            if number(pod, text(port, "/targetPort")).is_none() {
                faults.push(format!("the Service leads to an unknown port: {port}"));
            }
        }
    }
    for policy in of_kind(documents, "NetworkPolicy") {
        if !selects(policy.pointer("/spec/podSelector/matchLabels"), labels) {
            faults.push("the NetworkPolicy selects no pod".to_owned());
        }
    }
    for monitor in of_kind(documents, "ServiceMonitor") {
        let selector = monitor.pointer("/spec/selector/matchLabels");
        let mut services = of_kind(documents, "Service");
        let service = services.find(|one| selects(selector, one.pointer("/metadata/labels")));
        let port = text(monitor, "/spec/endpoints/0/port");
        let known = service.is_some_and(|service| {
            list(service, "/spec/ports").any(|one| text(one, "/name") == port)
        });
        if !known {
            faults.push(format!(
                "the ServiceMonitor finds no port {port} of a Service"
            ));
        }
    }
    faults
}

/// How many pods there are.
fn faults_of_scale(documents: &[Value], deployment: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let labels = deployment.pointer("/spec/template/metadata/labels");
    for budget in of_kind(documents, "PodDisruptionBudget") {
        if !selects(budget.pointer("/spec/selector/matchLabels"), labels) {
            faults.push("the PodDisruptionBudget selects no pod".to_owned());
        }
    }
    for scaler in of_kind(documents, "HorizontalPodAutoscaler") {
        if text(scaler, "/spec/scaleTargetRef/name") != text(deployment, "/metadata/name") {
            faults.push("the autoscaler scales nothing".to_owned());
        }
        if deployment.pointer("/spec/replicas").is_some() {
            faults.push("each rollout undoes what the autoscaler did".to_owned());
        }
    }
    faults
}

/// The number of the container's port of this name.
pub(super) fn number(pod: &Value, name: &str) -> Option<u64> {
    let port = list(pod, "/containers/0/ports").find(|port| text(port, "/name") == name)?;
    port.pointer("/containerPort")?.as_u64()
}

/// The members of a list, none where there is no list.
pub(super) fn list<'a>(document: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    let list = document.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn of_kind<'a>(documents: &'a [Value], kind: &'static str) -> impl Iterator<Item = &'a Value> {
    documents
        .iter()
        .filter(move |one| text(one, "/kind") == kind)
}

/// The document of this kind and name.
pub(super) fn named<'a>(documents: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    let mut found = documents.iter().filter(|one| text(one, "/kind") == kind);
    found.find(|one| text(one, "/metadata/name") == name)
}

/// A text of a document, empty where there is none.
pub(super) fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether what has these labels is selected. A selector without labels selects nothing here.
fn selects(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let wanted = selector.and_then(Value::as_object);
    wanted.is_some_and(|wanted| {
        let has =
            |(name, value): (&String, &Value)| labels.and_then(|all| all.get(name)) == Some(value);
        !wanted.is_empty() && wanted.iter().all(has)
    })
}

/// Seconds of `1m 30s`.
fn span(text: &str) -> u64 {
    let seconds = |word: &str| {
        let (digits, unit) = word.split_at(word.find(|c: char| !c.is_ascii_digit())?);
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(unit)
    };
    text.split_whitespace()
        .filter_map(seconds)
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents() -> Vec<Value> {
        let selector = json!({"app": "a"});
        vec![
            json!({
                "kind": "Deployment",
                "metadata": {"name": "a"},
                "spec": {"template": {"metadata": {"labels": {"app": "a", "more": "b"}}, "spec": {
                    "automountServiceAccountToken": false,
                    "terminationGracePeriodSeconds": 40,
                    "securityContext": {
                        "runAsNonRoot": true, "runAsUser": 65532,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [{
                        "ports": [{"name": "http", "containerPort": 8000}],
                        "startupProbe": {"httpGet": {"port": "http"}},
                        "livenessProbe": {"httpGet": {"port": "http"}},
                        "readinessProbe": {"httpGet": {"port": "http"}},
                        "resources": {"requests": {"cpu": 1, "memory": 1}, "limits": {"memory": 1}},
                        "securityContext": {
                            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }],
                }}},
            }),
            json!({
                "kind": "Service",
                "metadata": {"labels": {"app": "a"}},
                "spec": {"selector": selector, "ports": [{"name": "http", "targetPort": "http"}]},
            }),
            json!({"kind": "NetworkPolicy", "spec": {"podSelector": {"matchLabels": selector}}}),
        ]
    }

    fn settings(port: u64, grace: &str) -> Settings {
        Settings::read(&json!({"server": {"port": port, "shutdown_grace": grace}}))
    }

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(
            faults(&documents(), &settings(8000, "20s")),
            Vec::<String>::new()
        );
    }

    /// Each differs from the good ones in one thing.
    #[test]
    fn what_does_not_fit_is_told() {
        for (pointer, value, complaint) in [
            (
                "/spec/template/spec/securityContext/runAsNonRoot",
                json!(false),
                "runAsNonRoot",
            ),
            (
                "/spec/template/spec/terminationGracePeriodSeconds",
                json!(20),
                "killed before",
            ),
            (
                "/spec/template/spec/containers/0/ports/0/containerPort",
                json!(80),
                "listens on",
            ),
            (
                "/spec/template/spec/containers/0/ports/0/name",
                json!("web"),
                "unknown port",
            ),
            (
                "/spec/template/metadata/labels/app",
                json!("b"),
                "selects no pod",
            ),
        ] {
            let mut documents = documents();
            *documents[0].pointer_mut(pointer).unwrap() = value;
            let faults = faults(&documents, &settings(8000, "20s"));
            assert!(
                faults.iter().any(|fault| fault.contains(complaint)),
                "{pointer}: {faults:?}"
            );
        }
        assert_eq!(faults(&documents(), &settings(8000, "1m")).len(), 1);
        assert_eq!(faults(&documents(), &settings(9000, "20s")).len(), 1);
    }

    #[test]
    fn spans_are_read_as_they_are_shown() {
        for (text, seconds) in [
            ("20s", 20),
            ("1m", 60),
            ("1m 30s", 90),
            ("2h", 7200),
            ("", 0),
        ] {
            assert_eq!(span(text), seconds);
        }
    }
}
