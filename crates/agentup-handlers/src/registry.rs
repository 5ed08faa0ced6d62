//! The skills of an agent, and the one way to run them: with a permit.

use std::{collections::HashMap, fmt, sync::Arc};

use agentup_auth::{ClaimCondition, Denied, Permit, Principal, Requirement};
use agentup_protocol::Message;
use foldhash::quality::RandomState;

use crate::{
    SkillContext,
    context::RunOf,
    handler::{Answering, CLAIMS_DENIAL, DynHandler, SkillHandler},
    middleware::{Limited, Middleware, MiddlewareSettings, Observer, Timer},
};

/// What the agent card says of a skill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkillInfo {
    /// The name for people; the id when empty.
    pub name: String,
    /// What the skill does.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Messages that it understands.
    pub examples: Vec<String>,
    /// Media types it takes.
    pub input_modes: Vec<String>,
    /// Media types it gives.
    pub output_modes: Vec<String>,
}

/// A skill with its handler and what it asks of its caller.
#[derive(Clone)]
pub struct Skill {
    id: Arc<str>,
    info: SkillInfo,
    requirement: Requirement,
    takes_token: bool,
    handler: Arc<dyn DynHandler>,
    middleware: Option<Arc<Middleware>>,
}

impl Skill {
    /// A skill that asks for the scopes its handler names.
    pub fn new(id: &str, handler: impl SkillHandler) -> Self {
        let requirement = SkillHandler::requirement(&handler);
        Self {
            id: id.into(),
            info: SkillInfo::default(),
            requirement,
            takes_token: false,
            handler: Arc::new(handler),
            middleware: None,
        }
    }

    /// Sets what the card says.
    #[must_use]
    pub fn with_info(mut self, info: SkillInfo) -> Self {
        self.info = info;
        self
    }

    /// Sets the scopes that the skill asks for, in place of the handler's own.
    #[must_use]
    pub fn with_requirement(mut self, requirement: Requirement) -> Self {
        self.requirement = requirement;
        self
    }

    /// Sets the conditions on claims that the skill has beside its scopes.
    #[must_use]
    pub fn with_claims(mut self, claims: Vec<ClaimCondition>) -> Self {
        self.requirement = self.requirement.with_claims(claims);
        self
    }

    /// Sets what goes around the skill once its caller is permitted. `timer` tells it the time, and
    /// `observer` hears of what it does.
    #[must_use]
    pub fn with_middleware(
        mut self,
        settings: &MiddlewareSettings,
        timer: &Timer,
        observer: &Arc<dyn Observer>,
    ) -> Self {
        let middleware = Middleware::new(settings, timer.clone(), Arc::clone(observer));
        self.middleware = middleware.map(Arc::new);
        self
    }

    /// Gives the caller's token to every run, to be passed on.
    #[must_use]
    pub const fn with_caller_token(mut self) -> Self {
        self.takes_token = true;
        self
    }

    /// Whether a run needs the caller's token.
    #[must_use]
    pub const fn takes_token(&self) -> bool {
        self.takes_token
    }

    /// The id by which callers choose the skill.
    #[must_use]
    pub const fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// What the card says.
    #[must_use]
    pub const fn info(&self) -> &SkillInfo {
        &self.info
    }

    /// What the skill asks of its caller.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// Decides whether the principal may use the skill.
    ///
    /// # Errors
    /// [`Denied`] with what is missing; [`denial`](Self::denial) puts it in words.
    pub fn permit(&self, principal: &Arc<Principal>) -> Result<Allowed, Denied> {
        let permit = Permit::request(principal, &self.id, &self.requirement)?;
        Ok(Allowed {
            permit,
            handler: Arc::clone(&self.handler),
            middleware: self.middleware.clone(),
        })
    }

    /// The denial in the skill's own words. Where no scope would help the words are always the
    /// same, for handlers speak of scopes.
    #[must_use]
    pub fn denial(&self, denied: &Denied, principal: &Principal) -> String {
        if denied.missing.is_empty() {
            return CLAIMS_DENIAL.to_owned();
        }
        self.handler.denial(denied, principal)
    }
}

impl fmt::Debug for Skill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Skill")
            .field("id", &self.id)
            .field("requirement", &self.requirement)
            .finish_non_exhaustive()
    }
}

/// A skill that its caller may use: it holds the permit.
pub struct Allowed {
    permit: Permit,
    handler: Arc<dyn DynHandler>,
    middleware: Option<Arc<Middleware>>,
}

/// A skill that may be run: its caller is permitted, and the call is counted. Nothing else can run
/// a handler.
pub struct Admitted(Allowed);

impl Allowed {
    /// The permit.
    #[must_use]
    pub const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Counts the call.
    ///
    /// # Errors
    /// When the caller has used up its calls of the skill.
    pub fn admit(self) -> Result<Admitted, Limited> {
        if let Some(middleware) = &self.middleware {
            middleware.count(&self.permit)?;
        }
        Ok(Admitted(self))
    }

    /// Tells the skill that a task of its caller was canceled while nothing of the skill ran.
    pub async fn canceled(self, run: RunOf) {
        let context = SkillContext::new(self.permit, run);
        self.handler.canceled(context).await;
    }
}

impl Admitted {
    /// Runs the skill, with its middleware around it. It fails with what the handler answers, or
    /// its middleware.
    #[must_use]
    pub fn run(self, message: Message, run: RunOf) -> Answering {
        let Allowed {
            permit,
            handler,
            middleware,
        } = self.0;
        match middleware {
            None => handler.run(message, SkillContext::new(permit, run)),
            Some(middleware) => {
                Box::pin(async move { middleware.run(&handler, permit, message, run).await })
            }
        }
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Admitted").field(&self.0).finish()
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowed")
            .field("permit", &self.permit)
            .finish_non_exhaustive()
    }
}

/// Two skills have one id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("skill `{0}` is registered twice")]
pub struct DuplicateSkill(pub Arc<str>);

/// The skills of an agent, in the order of the configuration.
#[derive(Debug, Default)]
pub struct Registry {
    skills: Vec<Skill>,
    by_id: HashMap<Arc<str>, usize, RandomState>,
}

impl Registry {
    /// Adds a skill.
    ///
    /// # Errors
    /// When its id is taken.
    pub fn register(&mut self, skill: Skill) -> Result<(), DuplicateSkill> {
        let id = Arc::clone(skill.id());
        if self.by_id.contains_key(&id) {
            return Err(DuplicateSkill(id));
        }
        self.by_id.insert(id, self.skills.len());
        self.skills.push(skill);
        Ok(())
    }

    /// The skill with this id.
    #[must_use]
    pub fn skill(&self, id: &str) -> Option<&Skill> {
        self.by_id.get(id).and_then(|&index| self.skills.get(index))
    }

    /// The first skill that asks for authentication alone.
    #[must_use]
    pub fn first_open(&self) -> Option<&Skill> {
        self.skills
            .iter()
            .find(|skill| skill.requirement().is_open())
    }

    /// All skills, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Skill> {
        self.skills.iter()
    }
}

impl<'a> IntoIterator for &'a Registry {
    type Item = &'a Skill;
    type IntoIter = std::slice::Iter<'a, Skill>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
