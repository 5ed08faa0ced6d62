//! What becomes of the task of the agent behind a skill.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use agentup_tests::{PATIENCE, message_v10, tokens::token};
use serde_json::json;

use super::{TONGUES, Tongue, agent_of, chunk, other, task, update};
use crate::behind::{Cue, WORDS, comes_word_by_word};

#[tokio::test]
async fn a_task_comes_back_in_every_state() {
    for tongue in TONGUES {
        let next = Arc::new(Mutex::new(json!({})));
        let answer = Arc::clone(&next);
        let other = other(tongue, false, move |_, _, caller| {
            caller.json(200, &answer.lock().unwrap());
        });
        let server = agent_of(&other, "");
        let user = token("alice", "basic");
        for (state, ends_in, words) in [
            ("COMPLETED", "COMPLETED", ""),
            ("INPUT_REQUIRED", "INPUT_REQUIRED", "so"),
            ("AUTH_REQUIRED", "AUTH_REQUIRED", "so"),
            ("REJECTED", "REJECTED", "so"),
            // What the agent says of its failure is not for our caller.
            (
                "FAILED",
                "FAILED",
                "The agent behind this skill could not do it.",
            ),
            (
                "CANCELED",
                "FAILED",
                "The service behind this skill canceled the task.",
            ),
        ] {
            let mut task = task(state, "so");
            task["artifacts"] = json!([
                {"artifactId": "a", "name": "n", "parts": [{"data": {"x": 1}}, {"text": "y"}]},
            ]);
            if tongue == Tongue::Rpc03 {
                task["artifacts"][0]["parts"][1]["kind"] = "text".into();
            }
            *next.lock().unwrap() = tongue.event(&json!({"task": task}));
            let answer = server.ask_v10("remote", &user, "hi").await;
            let (found, said) = answer.ended();
            assert_eq!(found, ends_in, "{tongue:?} {answer:?}");
            assert!(state == "COMPLETED" || said == words, "{answer:?}");
            let artifacts = answer.at("/result/task/artifacts");
            assert_eq!(artifacts.as_array().map(Vec::len), Some(1));
            assert_eq!(artifacts[0]["artifactId"], "a");
            assert_eq!(
                artifacts[0]["parts"],
                json!([{"data": {"x": 1}}, {"text": "y"}])
            );
        }
    }
}

#[tokio::test]
async fn a_stream_is_passed_on_chunk_by_chunk() {
    for tongue in TONGUES {
        let (cue, go) = Cue::new();
        let other = other(tongue, true, move |asked, _, caller| {
            assert_eq!(asked, "SendStreamingMessage");
            caller.stream();
            caller.event(&tongue.event(&json!({"task": task("SUBMITTED", "")})));
            caller.event(&tongue.event(&update("WORKING", "thinking")));
            for (index, word) in WORDS.into_iter().enumerate() {
                cue.wait();
                caller.event(&tongue.event(&chunk(word, index > 0)));
            }
            cue.wait();
            caller.event(&tongue.event(&update("COMPLETED", "")));
            caller.close();
        });
        comes_word_by_word(&agent_of(&other, ""), &go).await;
    }
}

#[tokio::test]
async fn a_task_that_goes_on_is_followed_to_its_end() {
    for tongue in TONGUES {
        let looks = AtomicUsize::new(0);
        let other = other(tongue, false, move |asked, _, caller| match asked {
            "SendMessage" => {
                caller.json(200, &tongue.event(&json!({"task": task("SUBMITTED", "")})));
            }
            "GetTask" => {
                let look = looks.fetch_add(1, Ordering::Relaxed);
                let state = if look < 2 { "WORKING" } else { "COMPLETED" };
                let mut task = task(state, "");
                task["artifacts"] = json!([{"artifactId": "a", "parts": [{"text": "so far"}]}]);
                caller.json(200, &tongue.task(&task));
            }
            other => panic!("{other}"),
        });
        let server = agent_of(&other, "");
        let answer = server
            .ask_v10("remote", &token("alice", "basic"), "hi")
            .await;
        assert_eq!(answer.reply(), "so far");
        let artifacts = answer.at("/result/task/artifacts");
        assert_eq!(artifacts.as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_taken_up_again() {
    for tongue in TONGUES {
        let other = other(tongue, true, move |asked, _, caller| match asked {
            "SendStreamingMessage" => {
                caller.stream();
                caller.event(&tongue.event(&json!({"task": task("WORKING", "")})));
                caller.event(&tongue.event(&chunk("one ", false)));
                caller.close();
            }
            "GetTask" => {
                let mut task = task("WORKING", "");
                task["artifacts"] = json!([{"artifactId": "a", "parts": [{"text": "one two "}]}]);
                caller.json(200, &tongue.task(&task));
            }
            "SubscribeToTask" => {
                caller.stream();
                caller.event(&tongue.event(&chunk("three", true)));
                caller.event(&tongue.event(&update("COMPLETED", "")));
                caller.close();
            }
            other => panic!("{other}"),
        });
        let server = agent_of(&other, "");
        let answer = server
            .ask_v10("remote", &token("alice", "basic"), "hi")
            .await;
        let parts = answer.at("/result/task/artifacts/0/parts");
        assert_eq!(parts, json!([{"text": "one two "}, {"text": "three"}]));
        assert_eq!(answer.ended().0, "COMPLETED");
    }
}

#[tokio::test]
async fn a_task_that_waits_for_an_authorization_goes_on_by_itself() {
    for tongue in TONGUES {
        let other = other(tongue, false, move |asked, _, caller| match asked {
            "SendMessage" => {
                let task = task("AUTH_REQUIRED", "log in");
                caller.json(200, &tongue.event(&json!({"task": task})));
            }
            "GetTask" => caller.json(200, &tongue.task(&task("COMPLETED", "now I could"))),
            other => panic!("{other}"),
        });
        let server = agent_of(&other, "");
        let user = token("alice", "basic");
        let first = server.ask_v10("remote", &user, "one").await;
        assert_eq!(first.ended(), ("AUTH_REQUIRED".into(), "log in".into()));
        let mut params = message_v10("remote", "done");
        params["message"]["taskId"] = first.at("/result/task/id");
        let second = server.call_v10(&user, "SendMessage", params).await;
        assert_eq!(second.reply(), "now I could");
    }
}

#[tokio::test]
async fn a_cancellation_is_passed_on() {
    for tongue in TONGUES {
        let (tell, told) = mpsc::channel();
        let tell = Mutex::new(tell);
        let other = other(tongue, true, move |asked, seen, caller| match asked {
            "SendStreamingMessage" => {
                let text = &tongue.params(seen)["message"]["parts"][0]["text"];
                let state = if text == "ask" {
                    "INPUT_REQUIRED"
                } else {
                    "WORKING"
                };
                caller.stream();
                caller.event(&tongue.event(&json!({"task": task(state, "")})));
                let _ = tell.lock().unwrap().send("begun");
                caller.wait_for_end();
            }
            "CancelTask" => {
                let _ = tell.lock().unwrap().send("canceled");
                caller.json(200, &tongue.task(&task("CANCELED", "")));
            }
            other => panic!("{other}"),
        });
        let server = agent_of(&other, "");
        let user = token("alice", "basic");
        // One that is at work, and one that waits for its caller.
        for text in ["work", "ask"] {
            let mut params = message_v10("remote", text);
            params["configuration"] = json!({"returnImmediately": text == "work"});
            let begun = server.call_v10(&user, "SendMessage", params).await;
            assert_eq!(told.recv_timeout(PATIENCE), Ok("begun"));
            let id = begun.at("/result/task/id");
            let canceled = server
                .call_v10(&user, "CancelTask", json!({"id": id}))
                .await;
            assert_eq!(canceled.at("/result/status/state"), "TASK_STATE_CANCELED");
            assert_eq!(
                told.recv_timeout(PATIENCE),
                Ok("canceled"),
                "{tongue:?} {text}"
            );
        }
        let cancel = other.seen().pop().expect("a call");
        assert_eq!(cancel.header("x-agentup-user"), Some("alice"));
    }
}

#[tokio::test]
async fn a_task_is_canceled_when_its_time_is_over() {
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let other = other(Tongue::Rpc10, true, move |asked, _, caller| match asked {
        "SendStreamingMessage" => {
            caller.stream();
            caller.event(&Tongue::Rpc10.event(&json!({"task": task("WORKING", "")})));
            caller.wait_for_end();
        }
        "CancelTask" => {
            let _ = tell.lock().unwrap().send("canceled");
            caller.json(200, &Tongue::Rpc10.task(&task("CANCELED", "")));
        }
        other => panic!("{other}"),
    });
    let server = agent_of(&other, ", timeout: 1s");
    let answer = server
        .ask_v10("remote", &token("alice", "basic"), "hi")
        .await;
    let (state, said) = answer.ended();
    assert_eq!(state, "FAILED");
    assert!(said.contains("did not answer in time"), "{said}");
    assert_eq!(told.recv_timeout(PATIENCE), Ok("canceled"));
}
