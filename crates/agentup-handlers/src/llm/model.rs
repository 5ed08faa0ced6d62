//! One model behind a skill: asks it, and tells the task what it says.

use std::{fmt, pin::pin, sync::Arc, time::Duration};

use agentup_protocol::Message;
use futures_util::{Stream, StreamExt as _, stream};
use reqwest::{
    Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::Value;

use super::{
    asked::ModelAsked,
    failure::{Failure, Trouble},
    ollama, openai,
    piece::{Finish, Piece, Usage},
    prompt,
    reader::Reader,
    settings::{Identity, Provider, Settings},
    telling::Telling,
};
use crate::{
    Reply, SkillContext,
    middleware::{Observer, SkillEvent},
    upstream::{Answer, Fault, Upstream},
};

/// How long to wait for the end of a body whose last event has come. A connection of which the end
/// was seen serves the next question.
const END: Duration = Duration::from_millis(100);

/// How long, and how far, the text of a refusal is read.
const REFUSAL: (Duration, usize) = (Duration::from_secs(2), 64 << 10);

/// A model and the way to it.
pub(crate) struct Model {
    settings: Settings,
    url: Url,
    headers: HeaderMap,
    upstream: Upstream,
    observer: Arc<dyn Observer>,
}

impl Model {
    pub(crate) fn new(settings: Settings, observer: Arc<dyn Observer>) -> Self {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json);
        headers.insert(
            ACCEPT,
            HeaderValue::from_static(match settings.provider {
                Provider::Ollama => "application/x-ndjson",
                Provider::Openai => "text/event-stream",
            }),
        );
        if let Some(authorization) = &settings.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        Self {
            url: settings.url(),
            upstream: Upstream::new(settings.manner.limits(), Arc::clone(&observer)),
            headers,
            settings,
            observer,
        }
    }

    /// Asks the model, and streams what it says into the task.
    pub(crate) async fn answer(
        &self,
        message: &Message,
        context: &SkillContext,
    ) -> Result<Reply, Failure> {
        let caller = match self.settings.manner.identity {
            Identity::None => None,
            Identity::UserId => context.user_id(),
        };
        let manner = &self.settings.manner;
        let mut earlier = match manner.history {
            0 => Vec::new(),
            _ => context.conversation(message),
        };
        // The last one is the message itself.
        earlier.pop();
        let turns = match prompt::turns(manner, caller, &earlier, message) {
            Ok(turns) => turns,
            Err(unsuitable) => return Ok(Reply::rejected(unsuitable.to_string())),
        };
        let question = match self.settings.provider {
            Provider::Ollama => ollama::question(&self.settings, &turns),
            Provider::Openai => openai::question(&self.settings, &turns),
        };
        let question = question.map_err(|_| Failure::new(Trouble::Question, false))?;
        let mut telling = Telling::new(context, self.settings.manner.max_reply);
        let mut usage = None;
        let ended = tokio::select! {
            biased;
            // What is dropped here is the connection, so that the model stops as well.
            () = context.cancellation().cancelled() => None,
            ended = self.converse(question, &mut telling, &mut usage) => Some(ended),
        };
        let outcome = match ended {
            None => "canceled",
            Some(Ok(())) => "answered",
            Some(Err(_)) => "failed",
        };
        self.report(context, outcome, usage, &telling);
        match ended {
            None | Some(Ok(())) => Ok(Reply::done()),
            Some(Err(trouble)) => Err(Failure::new(trouble, telling.has_spoken())),
        }
    }

    async fn converse(
        &self,
        question: Vec<u8>,
        telling: &mut Telling<'_>,
        usage: &mut Option<Usage>,
    ) -> Result<(), Trouble> {
        let headers = self.headers.clone();
        // What is told of it is told of the question.
        let answer = self
            .upstream
            .post(&self.url, headers, question, None)
            .await?;
        let answer = self.accepted(answer).await?;
        let mut pieces = pin!(pieces(Reader::new(self.settings.provider, answer)));
        let mut finish = None;
        loop {
            let piece = tokio::select! {
                biased;
                () = telling.is_due() => {
                    telling.tell(false);
                    continue;
                }
                piece = pieces.next() => piece,
            };
            let Some(piece) = piece else { break };
            let piece = match piece {
                Ok(piece) => piece,
                // The model has said all; only its farewell is missing.
                Err(_) if finish.is_some() => break,
                Err(trouble) => return Err(trouble),
            };
            telling.hear(&piece.text)?;
            finish = piece.finish.or(finish);
            *usage = piece.usage.or(*usage);
            if piece.is_last {
                break;
            }
        }
        match finish {
            None => return Err(Fault::HalfStream.into()),
            Some(Finish::Filtered) => return Err(Trouble::Filtered),
            Some(Finish::Complete | Finish::Length) => {}
        }
        if !telling.has_spoken() {
            return Err(Trouble::Silent);
        }
        telling.tell(true);
        // Whether or not the end is seen, the answer is complete.
        let _ = tokio::time::timeout(END, pieces.next()).await;
        Ok(())
    }

    /// The answer, unless it is a refusal.
    async fn accepted(&self, answer: Answer) -> Result<Answer, Trouble> {
        let (status, wait) = (answer.status(), answer.retry_after());
        if status.is_success() {
            return Ok(answer);
        }
        let (time, most) = REFUSAL;
        let body = tokio::time::timeout(time, answer.at_most(most).json::<Value>("an error")).await;
        let code = body.ok().and_then(Result::ok);
        let code = code.and_then(|body| openai::error_code(body.get("error")?));
        Err(Trouble::Refused {
            status: status.as_u16(),
            wait,
            code,
            model: self.settings.model.clone(),
        })
    }

    fn report(
        &self,
        context: &SkillContext,
        outcome: &'static str,
        usage: Option<Usage>,
        telling: &Telling<'_>,
    ) {
        let (first_word, took) = telling.times();
        self.observer.observe(&SkillEvent::ModelAsked(ModelAsked {
            skill: context.skill_id(),
            provider: self.settings.provider.name(),
            model: &self.settings.model,
            outcome,
            prompt_tokens: usage.map(|usage| usage.prompt_tokens),
            answer_tokens: usage.map(|usage| usage.answer_tokens),
            first_word,
            within: context.place(),
            took,
        }));
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The events of an answer as a stream: reading one can then be put off without losing its
/// beginning.
fn pieces(reader: Reader) -> impl Stream<Item = Result<Piece, Trouble>> {
    stream::try_unfold(reader, async |mut reader: Reader| {
        let piece = reader.next().await?;
        Ok(piece.map(|piece| (piece, reader)))
    })
}
