//! An answer in pieces: the chunks of one artifact, told to the caller as they come.

use agentup_protocol::{Artifact, Part};

use super::SkillContext;

/// An artifact that grows. Whoever streams sees each piece; whoever does not gets the whole.
#[derive(Debug)]
pub struct ArtifactStream<'a> {
    context: &'a SkillContext,
    artifact_id: String,
    name: Option<String>,
    has_begun: bool,
}

impl<'a> ArtifactStream<'a> {
    pub(super) const fn new(context: &'a SkillContext, artifact_id: String) -> Self {
        Self {
            context,
            artifact_id,
            name: None,
            has_begun: false,
        }
    }

    /// Gives the artifact a name for people.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a text.
    pub fn text(&mut self, text: impl Into<String>) {
        self.part(Part::text(text));
    }

    /// Adds a part of any kind.
    pub fn part(&mut self, part: Part) {
        self.send(part, false);
    }

    /// Adds the last part, and says that it is the last (`A2A §4.2.2`, `lastChunk`).
    pub fn end(mut self, part: Part) {
        self.send(part, true);
    }

    fn send(&mut self, part: Part, last: bool) {
        let mut artifact = Artifact::new(self.artifact_id.clone(), vec![part]);
        artifact.name.clone_from(&self.name);
        self.context.chunk(artifact, self.has_begun, last);
        self.has_begun = true;
    }
}
