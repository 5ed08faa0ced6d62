//! The services that the documents print, run as they are printed.

use std::process::{Child, Command, Stdio};

use agentup_tests::{
    Folder, Log, QUICK_START, QUICK_START_ENV, Server, message_v10, tokens::token,
};
use serde_json::json;

const HTTP_SKILLS: &str = include_str!("../../../docs/http-skills.md");

/// A program of a document at work. It ends when this is dropped.
pub(crate) struct Script {
    child: Child,
    url: String,
    _output: Log,
    _folder: Folder,
}

impl Script {
    /// Starts the program of `docs/http-skills.md` that has this class, on a free port.
    pub(crate) fn of_http_skills(class: &str) -> Self {
        let mut blocks = HTTP_SKILLS
            .split("```python\n")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("```")?.0));
        let code = blocks.find(|code| code.contains(&format!("class {class}(")));
        let folder = Folder::quick_start();
        folder.write("service.py", code.expect("a program in the document"));
        let mut child = Command::new("python3")
            .args(["service.py", "0"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            // A line for each request.
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let output = Log::follow(child.stdout.take().expect("a pipe"));
        let url = output.find_line("listening on ");
        Self {
            child,
            url: url.expect("the program listens"),
            _output: output,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_documented_services_do_the_work_of_skills() {
    let (shout, words) = (
        Script::of_http_skills("Shout"),
        Script::of_http_skills("Words"),
    );
    let skills = format!(
        "  - skill_id: shout\n    handler: {{ type: http, url: \"{}/shout\" }}\n  - skill_id: words\n    \
         handler: {{ type: http, url: \"{}\" }}\n",
        shout.url(),
        words.url()
    );
    let server = Server::start(&format!("{QUICK_START}{skills}"), QUICK_START_ENV);
    let user = token("alice", "basic");
    let answer = server.ask_v10("shout", &user, "good morning").await;
    assert_eq!(answer.reply(), "alice: GOOD MORNING!");
    // Through the same connection.
    let answer = server.ask("shout", &user, "again").await;
    assert_eq!(answer.reply(), "alice: AGAIN!");

    let params = message_v10("words", "one two three");
    let answer = server.call_v10(&user, "SendStreamingMessage", params).await;
    let events = answer.events();
    let words: Vec<_> = events
        .iter()
        .map(|event| &event["result"]["artifactUpdate"]["artifact"]["parts"][0]["text"])
        .filter(|text| text.is_string())
        .collect();
    assert_eq!(words, ["one", "two", "three"]);
    let last = &events[events.len() - 1]["result"]["statusUpdate"]["status"]["state"];
    assert_eq!(*last, json!("TASK_STATE_COMPLETED"));
}

#[test]
fn the_documented_services_are_short() {
    for code in HTTP_SKILLS.split("```python\n").skip(1) {
        let (code, _) = code.split_once("```").unwrap();
        assert!(code.lines().count() <= 24, "{code}");
    }
}
