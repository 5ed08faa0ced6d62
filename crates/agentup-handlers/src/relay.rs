//! From what a service reports to what the task tells: artifacts and states, as they come.

use agentup_protocol::{Artifact, Part, TaskState};

use crate::{Reply, SkillContext, SkillError, Update, upstream::Fault};

/// Passes on what the service behind a skill reports.
pub(crate) struct Relay<'a> {
    context: &'a SkillContext,
    /// Whether the task has something of this run that another run would repeat.
    has_published: bool,
}

impl<'a> Relay<'a> {
    pub(crate) const fn new(context: &'a SkillContext) -> Self {
        Self {
            context,
            has_published: false,
        }
    }

    /// An artifact, or more of one.
    pub(crate) fn artifact(&mut self, artifact: Artifact, append: bool, last: bool) {
        self.has_published = true;
        self.context.chunk(artifact, append, last);
    }

    /// A state, and what is said about it. A state in which the work rests ends the run.
    pub(crate) fn status(
        &mut self,
        state: TaskState,
        said: Vec<Part>,
    ) -> Result<Option<Reply>, SkillError> {
        let or = |words: &str| {
            if said.is_empty() {
                vec![Part::text(words)]
            } else {
                said.clone()
            }
        };
        Ok(Some(match state {
            TaskState::Unspecified => {
                return Err(self.fault(Fault::Senseless("a state of a task")));
            }
            TaskState::Submitted | TaskState::Working => {
                self.progress(said);
                return Ok(None);
            }
            // What was said at the end stands in the answer, unless there is one.
            TaskState::Completed if self.has_published => {
                self.progress(said);
                Reply::done()
            }
            TaskState::Completed => Reply::Completed(said),
            TaskState::InputRequired => Reply::InputRequired(or("The skill needs more to go on.")),
            TaskState::AuthRequired => Reply::AuthRequired(or("The skill needs an authorization.")),
            TaskState::Rejected => Reply::Rejected(or("The service behind this skill refused.")),
            TaskState::Canceled => {
                return Err(SkillError::new(
                    "The service behind this skill canceled the task.",
                ));
            }
            TaskState::Failed => return Err(SkillError::new(words(&said))),
        }))
    }

    /// A failure on the way. Another attempt is of use only where nothing would be told twice.
    pub(crate) fn fault(&self, fault: Fault) -> SkillError {
        if self.has_published {
            SkillError::new(fault.public()).caused_by(fault)
        } else {
            fault.into()
        }
    }

    fn progress(&self, said: Vec<Part>) {
        if !said.is_empty() {
            self.context.publish(Update::Progress(said));
        }
    }
}

/// What a service says of its failure, in its own words.
fn words(said: &[Part]) -> String {
    let texts: Vec<&str> = said.iter().filter_map(Part::as_text).collect();
    if texts.is_empty() {
        "The service behind this skill could not do it.".to_owned()
    } else {
        texts.join("\n")
    }
}
