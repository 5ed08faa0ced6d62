//! What goes to a cluster: rendered, validated against the schemas of Kubernetes, and each pod run
//! as its container, with the files and variables that it would have.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::Ground;
use super::consistency::{self, Settings, list, named, number, text};
use super::container::Container;
use crate::env_file::fresh_secret;
use crate::sh::root;

/// The oldest and the newest Kubernetes that the manifests are for.
const VERSIONS: &[&str] = &["1.34.0", "1.37.0"];

/// Where the manifests lie, and what is rendered of them.
const MANIFESTS: &str = "deploy/k8s";
const RENDERED: &[&str] = &["base", "overlays/dev", "overlays/production"];

/// Renders everything, and validates it.
pub(super) fn kustomize(ground: &Ground<'_>) -> Result<()> {
    let folder = copy(ground, "k8s")?;
    for name in RENDERED {
        let rendered = render(ground, &folder, name)?;
        validate(ground, &folder, &ground.tools.yaml(&rendered)?)?;
    }
    Ok(())
}

/// Runs the pods of each overlay.
pub(super) fn pods(ground: &Ground<'_>) -> Result<()> {
    let folder = copy(ground, "k8s-pods")?;
    for name in RENDERED.iter().filter(|name| name.starts_with("overlays/")) {
        let documents = ground.tools.yaml(&render(ground, &folder, name)?)?;
        let pod = pod(ground, &documents).with_context(|| (*name).to_owned())?;
        pod.runs().with_context(|| (*name).to_owned())?;
    }
    Ok(())
}

/// Lints the chart, and treats what it renders as the manifests are treated.
pub(super) fn helm(ground: &Ground<'_>) -> Result<()> {
    const CHART: &str = "deploy/helm/agentup";
    const MUST: [&str; 2] = [
        "--set",
        "jwt.issuer=https://issuer.example,jwt.audience=my-agent",
    ];
    let helm = |args: &[&str]| ground.tools.sh("helm").args(args).arg(CHART);
    helm(&["lint", "--strict"]).args(MUST).run()?;
    if helm(&["template", "jwt-agent"]).succeeds() {
        bail!("the chart is rendered without an issuer");
    }
    let folder = ground.tools.fresh("helm")?;
    for more in [
        "",
        "ingress.enabled=true,serviceMonitor.enabled=true",
        "autoscaling.enabled=false,networkPolicy.enabled=false,environment=development",
        "probes.port=metrics",
        "probes.scheme=HTTPS",
    ] {
        let chart = helm(&["template", "jwt-agent"]).args(MUST);
        let rendered = chart.args(["--set", more]).read()?;
        let documents = ground.tools.yaml(&rendered)?;
        validate(ground, &folder, &documents)?;
        let pod = pod(ground, &documents).with_context(|| format!("with {more}"))?;
        if more.is_empty() {
            pod.runs()?;
        }
    }
    Ok(())
}

/// A copy of the manifests, with the secret that nobody has committed.
fn copy(ground: &Ground<'_>, name: &str) -> Result<PathBuf> {
    let folder = ground.tools.fresh(name)?;
    copy_folder(&root().join(MANIFESTS), &folder)?;
    fs::write(folder.join("overlays/dev/jwt-secret"), fresh_secret()?)?;
    Ok(folder)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (source, target) = (entry.as_ref().map(fs::DirEntry::path), to);
        let source = source.map_err(|error| anyhow::anyhow!("{error}"))?;
        let target = target.join(source.file_name().unwrap_or_default());
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn render(ground: &Ground<'_>, folder: &Path, name: &str) -> Result<String> {
    ground
        .tools
        .sh("kubectl")
        .arg("kustomize")
        .arg(folder.join(name))
        .read()
}

/// Whether every document is what its kind is. What is not of Kubernetes itself has no schema here.
pub(super) fn validate(ground: &Ground<'_>, folder: &Path, documents: &[Value]) -> Result<()> {
    let file = folder.join("documents.yaml");
    let (ours, foreign): (Vec<&Value>, Vec<&Value>) = documents
        .iter()
        .partition(|one| !text(one, "/apiVersion").contains("coreos.com"));
    let documents: Vec<String> = ours.iter().map(ToString::to_string).collect();
    fs::write(&file, documents.join("\n---\n"))?;
    for version in VERSIONS {
        let validate = ground
            .tools
            .sh("kubernetes-validate")
            .args(["--strict", "--quiet"]);
        validate
            .args(["--kubernetes-version", version])
            .arg(&file)
            .run()?;
    }
    let kinds: Vec<&str> = ours.iter().map(|one| text(one, "/kind")).collect();
    println!("✅ {}", kinds.join(", "));
    for one in foreign {
        println!("   without a schema: {}", text(one, "/kind"));
    }
    Ok(())
}

/// The container of the one Deployment's pod, if the manifests agree with each other and with what
/// the agent in it makes of its configuration.
fn pod<'a>(ground: &'a Ground<'a>, documents: &[Value]) -> Result<Container<'a>> {
    let deployment = documents
        .iter()
        .find(|one| text(one, "/kind") == "Deployment");
    let pod = deployment.and_then(|one| one.pointer("/spec/template/spec"));
    let pod = pod.context("there is no Deployment")?;
    let main = pod
        .pointer("/containers/0")
        .context("the pod has no container")?;

    let mut container = Container::new(ground)?;
    let args = list(main, "/args").filter_map(Value::as_str);
    container.args = args.map(str::to_owned).collect();
    for variable in list(main, "/env") {
        if let Some(value) = value_of(variable, documents)? {
            container.give(text(variable, "/name"), &value);
        }
    }
    for mount in list(main, "/volumeMounts") {
        let volume = list(pod, "/volumes").find(|one| text(one, "/name") == text(mount, "/name"));
        let volume = volume.with_context(|| format!("no volume for {mount}"))?;
        let files = files_of(volume, documents)?;
        // The secret of the container's issuer, for the token that it is asked with.
        if let Some((_, secret)) = files.iter().find(|(name, _)| name == "jwt-secret") {
            secret.trim().clone_into(&mut container.secret);
        }
        container.mount(text(mount, "/mountPath"), &files)?;
    }
    let probes = ["startupProbe", "livenessProbe", "readinessProbe"];
    let probes = probes.map(|probe| {
        let text = |key| text(main, &format!("/{probe}/httpGet/{key}")).to_owned();
        (text("port"), text("path"))
    });
    // What reads the metrics asks for them at the port of that name.
    let metrics = ("metrics".to_owned(), "/metrics".to_owned());
    let metrics = number(pod, "metrics").map(|_| metrics);
    for (port, path) in probes.into_iter().chain(metrics) {
        let number = number(pod, &port).with_context(|| format!("no port {port} for {path}"))?;
        container.paths.push(format!("{number}{path}"));
    }
    let shown = container.prints(&["check", "--show"])?;
    let shown = ground.tools.yaml(&shown)?;
    let settings = Settings::read(shown.first().context("`check --show` shows nothing")?);
    let faults = consistency::faults(documents, &settings);
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(container)
}

/// The value of a variable, from where the manifest takes it; none if it may be missing and is.
fn value_of(variable: &Value, documents: &[Value]) -> Result<Option<String>> {
    if let Some(value) = variable.pointer("/value") {
        return Ok(Some(value.as_str().unwrap_or_default().to_owned()));
    }
    let (reference, kind) = match variable.pointer("/valueFrom/configMapKeyRef") {
        Some(reference) => (reference, "ConfigMap"),
        None => bail!("{variable}: secrets come as files"),
    };
    let (name, key) = (text(reference, "/name"), text(reference, "/key"));
    let source = named(documents, kind, name).with_context(|| format!("no {kind} {name}"))?;
    match source
        .pointer(&format!("/data/{key}"))
        .and_then(Value::as_str)
    {
        Some(value) => Ok(Some(value.to_owned())),
        None if reference.pointer("/optional") == Some(&Value::Bool(true)) => Ok(None),
        None => bail!("{kind} {name} has no {key}"),
    }
}

/// The files of a volume. The Secret that is made by hand has what the documentation puts there.
fn files_of(volume: &Value, documents: &[Value]) -> Result<Vec<(String, String)>> {
    if let Some(reference) = volume.pointer("/secret") {
        let name = text(reference, "/secretName");
        if !name.starts_with("jwt-secrets") {
            bail!("the documentation knows no Secret {name}");
        }
        return Ok(vec![(
            "jwt-secret".to_owned(),
            format!("{}\n", fresh_secret()?),
        )]);
    }
    let name = text(volume, "/configMap/name");
    let source =
        named(documents, "ConfigMap", name).with_context(|| format!("no ConfigMap {name}"))?;
    let data = source.pointer("/data").and_then(Value::as_object);
    let files = data.context("a ConfigMap without files")?.iter();
    Ok(files
        .map(|(name, text)| (name.clone(), text.as_str().unwrap_or_default().to_owned()))
        .collect())
}
