//! One line of the interactive mode, understood.

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order<'a> {
    Nothing,
    Token(Option<&'a str>),
    Discovery,
    /// The skill's id and the message, whose words are joined by one space.
    Skill(Option<(&'a str, String)>),
    Test,
    Help,
    Leave,
    Unknown(&'a str),
}

impl<'a> Order<'a> {
    /// Understands a line. The command's case does not matter.
    pub(super) fn parse(line: &'a str) -> Self {
        let mut words = line.split_whitespace();
        let Some(command) = words.next() else {
            return Self::Nothing;
        };
        match command.to_lowercase().as_str() {
            "quit" | "exit" => Self::Leave,
            "help" => Self::Help,
            "token" => match words.next() {
                // `Bearer` is copied along often enough.
                Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => Self::Token(words.next()),
                token => Self::Token(token),
            },
            "discovery" => Self::Discovery,
            "test" => Self::Test,
            "skill" => Self::Skill(words.next().map(|id| {
                let message: Vec<_> = words.collect();
                (
                    id,
                    if message.is_empty() {
                        "test".to_owned()
                    } else {
                        message.join(" ")
                    },
                )
            })),
            _ => Self::Unknown(command),
        }
    }

    /// Whether the line may be kept in a history. A command with a token may not, nor may a line that
    /// was not understood: it may be a token without its command, or with a misspelled one.
    pub(super) fn may_be_kept(&self, line: &str) -> bool {
        let understood = matches!(
            self,
            Self::Discovery | Self::Skill(Some(_)) | Self::Test | Self::Help
        );
        understood && !line.split_whitespace().any(looks_like_token)
    }
}

/// Whether a word begins as every JWT does: `{"` in base64url.
fn looks_like_token(word: &str) -> bool {
    word.contains("eyJ") && word.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

    #[test]
    fn lines_are_understood() {
        let bearer = format!("token Bearer {JWT}");
        for (line, order) in [
            ("", Order::Nothing),
            ("  \t ", Order::Nothing),
            ("token", Order::Token(None)),
            ("TOKEN abc", Order::Token(Some("abc"))),
            (&bearer, Order::Token(Some(JWT))),
            ("token bearer", Order::Token(None)),
            (" discovery ", Order::Discovery),
            ("skill", Order::Skill(None)),
            (
                "skill echo",
                Order::Skill(Some(("echo", "test".to_owned()))),
            ),
            (
                "skill echo  Hello   World",
                Order::Skill(Some(("echo", "Hello World".to_owned()))),
            ),
            ("Test", Order::Test),
            ("help", Order::Help),
            ("quit", Order::Leave),
            ("EXIT now", Order::Leave),
            ("tokne abc", Order::Unknown("tokne")),
        ] {
            assert_eq!(Order::parse(line), order, "{line:?}");
        }
    }

    #[test]
    fn no_line_that_may_hold_a_token_is_kept() {
        for line in ["discovery", "skill echo hello. world", "test", "help"] {
            assert!(Order::parse(line).may_be_kept(line), "{line}");
        }
        for line in [
            format!("token {JWT}"),
            format!("  TOKEN   {JWT}"),
            "token hunter2".to_owned(),
            format!("tokne {JWT}"),
            "tokne hunter2".to_owned(),
            JWT.to_owned(),
            format!("skill token {JWT}"),
            format!("skill echo 'Bearer:{JWT}'"),
            format!("test {JWT}"),
            "skill".to_owned(),
            "quit".to_owned(),
            String::new(),
        ] {
            assert!(!Order::parse(&line).may_be_kept(&line), "{line}");
        }
    }
}
