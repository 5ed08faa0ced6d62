//! The server's answer (RFC 7662 §2.2): read as strictly as a token, then held to the rules.

use std::sync::Arc;

use super::{
    Active, ActiveToken, Introspection, IntrospectionError, IntrospectionRules, SubjectMember,
};
use crate::{
    json::{self, Node},
    scope::ScopeSet,
    time::UnixSeconds,
    verify::{Binding, numeric_date, scope_claim},
};

/// The longest text that names somebody, in bytes.
const MAX_TEXT_BYTES: usize = 255;

/// The members that are looked at, as they stand.
#[derive(Default)]
struct Answer<'a> {
    active: Option<Node<'a>>,
    iss: Option<Node<'a>>,
    aud: Option<Node<'a>>,
    sub: Option<Node<'a>>,
    username: Option<Node<'a>>,
    client_id: Option<Node<'a>>,
    scope: Option<Node<'a>>,
    exp: Option<Node<'a>>,
    nbf: Option<Node<'a>>,
    token_type: Option<Node<'a>>,
    has_cnf: bool,
}

/// Reads the answer and holds it to all rules but those of the moment.
pub(super) fn read(
    answer: &[u8],
    rules: &IntrospectionRules,
    issuer: &Arc<str>,
) -> Result<ActiveToken, IntrospectionError> {
    if answer.len() > Introspection::MAX_ANSWER_BYTES {
        return Err(IntrospectionError::Unusable);
    }
    let text = std::str::from_utf8(answer).map_err(|_| IntrospectionError::Unusable)?;
    let mut raw = Answer::default();
    json::read_object(text, |name, node| raw.put(name, node))
        .map_err(|_| IntrospectionError::Unusable)?;
    match raw.active {
        Some(Node::Bool(true)) => {}
        Some(Node::Bool(false)) => return Err(IntrospectionError::Inactive),
        // A server that does not say is not one that says yes.
        _ => return Err(IntrospectionError::Unusable),
    }
    raw.check_kind()?;
    let binding = if raw.has_cnf {
        Binding::read(text)
    } else {
        Binding::default()
    };
    raw.check_issuer(rules)?;
    raw.check_audience(rules)?;
    let client_id = text_of(raw.client_id.as_ref())?;
    check_client(client_id, rules)?;
    let (name, subject) = match rules.subject {
        SubjectMember::Sub => ("sub", text_of(raw.sub.as_ref())?),
        SubjectMember::Username => ("username", text_of(raw.username.as_ref())?),
        SubjectMember::ClientId => ("client_id", client_id),
    };
    let subject = subject.ok_or(IntrospectionError::MissingMember(name))?;
    // It is written to logs and compared with others, so it has to be printable.
    if subject.chars().any(char::is_control) {
        return Err(IntrospectionError::Unusable);
    }
    Ok(ActiveToken(Arc::new(Active {
        issuer: Arc::clone(issuer),
        subject: subject.into(),
        scopes: scopes(raw.scope.as_ref())?,
        expires_at: moment("exp", raw.exp.as_ref())?,
        not_before: moment("nbf", raw.nbf.as_ref())?,
        // This text was read before, more strictly, so it reads now.
        binding,
        members: serde_json::from_str(text).map_err(|_| IntrospectionError::Unusable)?,
    })))
}

impl<'a> Answer<'a> {
    fn put(&mut self, name: &str, node: Node<'a>) {
        let place = match name {
            "active" => &mut self.active,
            "iss" => &mut self.iss,
            "aud" => &mut self.aud,
            "sub" => &mut self.sub,
            "username" => &mut self.username,
            "client_id" => &mut self.client_id,
            "scope" => &mut self.scope,
            "exp" => &mut self.exp,
            "nbf" => &mut self.nbf,
            "token_type" => &mut self.token_type,
            "cnf" => {
                self.has_cnf = true;
                return;
            }
            _ => return,
        };
        // Some servers write null or nothing for what they do not know.
        let is_blank = match &node {
            Node::Null => true,
            Node::Text(text) => text.is_empty(),
            _ => false,
        };
        *place = Some(node).filter(|_| !is_blank);
    }

    /// RFC 9449 §6.2: a token that needs a proof, and comes without, may be a stolen one.
    fn check_kind(&self) -> Result<(), IntrospectionError> {
        match &self.token_type {
            None => Ok(()),
            Some(Node::Text(kind)) if !kind.eq_ignore_ascii_case("dpop") => Ok(()),
            Some(Node::Text(_)) => Err(IntrospectionError::ProofRequired),
            Some(_) => Err(IntrospectionError::Unusable),
        }
    }

    /// One text, compared exactly.
    fn check_issuer(&self, rules: &IntrospectionRules) -> Result<(), IntrospectionError> {
        match (&rules.issuer, text_of(self.iss.as_ref())?) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(IntrospectionError::MissingMember("iss")),
            (Some(ours), Some(name)) if ours == name => Ok(()),
            (Some(_), Some(_)) => Err(IntrospectionError::UntrustedIssuer),
        }
    }

    /// One text or a list of texts, one of which is ours.
    fn check_audience(&self, rules: &IntrospectionRules) -> Result<(), IntrospectionError> {
        let is_ours = |name: &str| rules.audiences.iter().any(|ours| ours == name);
        let found = match &self.aud {
            None if rules.audiences.is_empty() => return Ok(()),
            None => return Err(IntrospectionError::MissingMember("aud")),
            Some(Node::Text(name)) => is_ours(name),
            Some(Node::Texts(names)) => names.iter().any(|name| is_ours(&name)),
            Some(_) => return Err(IntrospectionError::Unusable),
        };
        if found || rules.audiences.is_empty() {
            Ok(())
        } else {
            Err(IntrospectionError::WrongAudience)
        }
    }
}

fn check_client(
    client_id: Option<&str>,
    rules: &IntrospectionRules,
) -> Result<(), IntrospectionError> {
    if rules.client_ids.is_empty() {
        return Ok(());
    }
    let name = client_id.ok_or(IntrospectionError::MissingMember("client_id"))?;
    if rules.client_ids.iter().any(|accepted| accepted == name) {
        Ok(())
    } else {
        Err(IntrospectionError::WrongClient)
    }
}

fn text_of<'n>(node: Option<&'n Node<'_>>) -> Result<Option<&'n str>, IntrospectionError> {
    match node {
        None => Ok(None),
        Some(Node::Text(text)) if text.len() <= MAX_TEXT_BYTES => Ok(Some(text)),
        Some(_) => Err(IntrospectionError::Unusable),
    }
}

/// A list in one text, separated by spaces (RFC 7662 §2.2); arrays are common too.
fn scopes(node: Option<&Node<'_>>) -> Result<ScopeSet, IntrospectionError> {
    node.map_or_else(
        || Ok(ScopeSet::default()),
        |node| scope_claim(node).map_err(|_| IntrospectionError::Unusable),
    )
}

fn moment(
    name: &'static str,
    node: Option<&Node<'_>>,
) -> Result<Option<UnixSeconds>, IntrospectionError> {
    numeric_date(name, node).map_err(|_| IntrospectionError::Unusable)
}
