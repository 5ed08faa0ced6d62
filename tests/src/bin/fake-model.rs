//! A process that passes for a server of language models, in the protocols of Ollama and of OpenAI.
//! The name of the model that it is asked for says how it behaves.
//!
//! It prints where it listens, then each request as a line of JSON, and `hung up` whenever a caller
//! left an answer. Each line on its standard input lets the model `steps` say another word. It ends
//! with its standard input.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper that fails fails its test, and what it prints is what its test reads"
)]

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, mpsc},
};

use agentup_tests::{Caller, Counterpart, Seen};
use serde_json::{Value, json};

/// What no caller may ever see.
const SECRET: &str = "secret-of-the-model-server";

fn main() {
    let (steps, stepped) = mpsc::channel();
    let stepped = Arc::new(Mutex::new(stepped));
    let server = Counterpart::start(move |seen, caller| {
        println!("{}", told(seen));
        let mut answer = Answer {
            caller,
            is_ollama: seen.line == "POST /api/chat",
        };
        if !answer.is_ollama && seen.line != "POST /v1/chat/completions" {
            return answer.status(404, "");
        }
        behave(seen, &mut answer, &stepped);
    });
    println!("listening on {}", server.url().trim_end_matches('/'));
    for line in io::stdin().lines() {
        drop(line.expect("standard input is text"));
        steps.send(()).expect("the server lives");
    }
}

fn told(seen: &Seen) -> Value {
    json!({
        "line": seen.line, "body": seen.body, "authorization": seen.header("authorization"),
        "accept": seen.header("accept"), "names": seen.headers.iter().map(|(it, _)| it).collect::<Vec<_>>(),
    })
}

fn behave(seen: &Seen, answer: &mut Answer<'_>, stepped: &Mutex<mpsc::Receiver<()>>) {
    match seen.body["model"].as_str().unwrap_or_default() {
        // Says what it was told, so that a test sees who said what.
        "echo" => {
            answer.begin();
            let heard = heard(&seen.body);
            for word in heard.split_inclusive(' ') {
                answer.say(word);
            }
            answer.end("stop");
        }
        "steps" => {
            answer.begin();
            for word in ["one ", "two ", "three"] {
                let next = stepped.lock().unwrap_or_else(PoisonError::into_inner);
                if next.recv().is_err() {
                    return;
                }
                answer.say(word);
            }
            answer.end("stop");
        }
        "thousand" => {
            answer.begin();
            for number in 0..1000 {
                answer.say(&format!("{number} "));
            }
            answer.end("length");
        }
        "thinking" => {
            answer.begin();
            answer.think("the user is up to something");
            answer.say("Yes.");
            answer.end("stop");
        }
        "waits" => {
            answer.begin();
            answer.say("Well,");
            answer.wait_for_end();
        }
        "slow" => answer.wait_for_end(),
        "garbage" => {
            answer.begin();
            answer.chunk(&format!("<html>{SECRET}</html>\n\n"));
            answer.chunk(&format!("data: <html>{SECRET}</html>\n\n"));
            answer.finish();
        }
        "huge" => {
            answer.begin();
            answer.say(&SECRET.repeat(400_000));
            answer.end("stop");
        }
        "endless" => {
            answer.begin();
            for _ in 0..10_000 {
                answer.say(&"x".repeat(1000));
            }
            answer.end("stop");
        }
        "half" => {
            answer.begin();
            answer.say("Well,");
            answer.finish();
        }
        "cut" => {
            answer.begin();
            answer.say("Well,");
            answer.caller.close();
        }
        "error" => {
            answer.begin();
            answer.say("Well,");
            answer.error();
            answer.finish();
        }
        "silent" => {
            answer.begin();
            answer.end("stop");
        }
        "redirect" => answer.status(307, "Location: http://127.0.0.1:9/secret\r\n"),
        "missing" => answer.status(404, ""),
        "stranger" => answer.status(401, ""),
        "busy" => answer.status(429, "Retry-After: 7\r\n"),
        "too long" => answer.status(400, ""),
        _ => answer.status(500, ""),
    }
}

/// Everything that it was told, by whom.
fn heard(body: &Value) -> String {
    let messages = body["messages"].as_array().expect("messages");
    let said = messages.iter().map(|message| {
        let role = message["role"].as_str().expect("a role");
        let content = match &message["content"] {
            Value::String(text) => text.clone(),
            parts => parts.to_string(),
        };
        let images = message["images"].as_array().map_or(0, Vec::len);
        let images = if images == 0 {
            String::new()
        } else {
            format!(" +{images}")
        };
        format!("{role}: {content}{images}")
    });
    said.collect::<Vec<_>>().join(" | ")
}

/// An answer in one of the protocols.
struct Answer<'a> {
    caller: &'a mut Caller,
    is_ollama: bool,
}

impl Answer<'_> {
    fn status(&mut self, status: u16, headers: &str) {
        let error = if self.is_ollama {
            json!({"error": format!("{SECRET} says no")})
        } else {
            json!({"error": {"message": format!("{SECRET} says no"), "code": "a_code"}})
        };
        let body = error.to_string();
        self.caller.send(format!(
            "HTTP/1.1 {status} {SECRET}\r\n{headers}Content-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ));
    }

    fn begin(&mut self) {
        let media_type = if self.is_ollama {
            "application/x-ndjson"
        } else {
            "text/event-stream"
        };
        self.caller.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        ));
    }

    fn chunk(&mut self, text: &str) {
        self.caller.send(format!("{:x}\r\n{text}\r\n", text.len()));
    }

    fn event(&mut self, event: &Value) {
        let text = if self.is_ollama {
            format!("{event}\n")
        } else {
            format!("data: {event}\n\n")
        };
        self.chunk(&text);
    }

    fn say(&mut self, text: &str) {
        self.event(&if self.is_ollama {
            json!({"message": {"role": "assistant", "content": text}, "done": false})
        } else {
            json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
        });
    }

    fn think(&mut self, text: &str) {
        self.event(&if self.is_ollama {
            json!({"message": {"role": "assistant", "content": "", "thinking": text}, "done": false})
        } else {
            json!({"choices": [{"index": 0, "delta": {"reasoning_content": text}}]})
        });
    }

    fn error(&mut self) {
        self.event(&if self.is_ollama {
            json!({"error": SECRET})
        } else {
            json!({"error": {"message": SECRET, "code": "server_error"}})
        });
    }

    /// The end as the protocol has it.
    fn end(&mut self, reason: &str) {
        if self.is_ollama {
            self.event(&json!({
                "message": {"role": "assistant", "content": ""}, "done": true,
                "done_reason": reason, "prompt_eval_count": 11, "eval_count": 7,
            }));
        } else {
            self.event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}));
            let usage = json!({"prompt_tokens": 11, "completion_tokens": 7});
            self.event(&json!({"choices": [], "usage": usage}));
            self.chunk("data: [DONE]\n\n");
        }
        self.finish();
    }

    /// The end of the body.
    fn finish(&mut self) {
        self.caller.send("0\r\n\r\n");
    }

    fn wait_for_end(&mut self) {
        self.caller.wait_for_end();
        println!("hung up");
    }
}
