//! Server-sent events, each as soon as it is there (HTML §9.2.6).

use super::{Fault, Lines};

/// One event: its type, empty for the usual one, and its data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What the field `event` says.
    pub name: String,
    /// The lines of the fields `data`, joined by line feeds.
    pub data: String,
}

/// Reads events, none longer than its bound.
#[derive(Debug)]
pub struct Events {
    lines: Lines,
    longest: usize,
    is_first: bool,
}

impl Events {
    pub(super) const fn new(lines: Lines, longest: usize) -> Self {
        Self {
            lines,
            longest,
            is_first: true,
        }
    }

    /// The next event that has data; none at the end of the body. What is not finished by an
    /// empty line is no event.
    ///
    /// # Errors
    /// When the body breaks off, an event is too long, or it is not UTF-8.
    pub async fn next(&mut self) -> Result<Option<Event>, Fault> {
        let mut event = Event::default();
        let mut has_data = false;
        while let Some(line) = self.lines.next().await? {
            let line = if std::mem::take(&mut self.is_first) {
                line.trim_start_matches('\u{feff}')
            } else {
                line.as_str()
            };
            if line.is_empty() {
                if has_data {
                    return Ok(Some(event));
                }
                event = Event::default();
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "data" => {
                    if has_data {
                        event.data.push('\n');
                    }
                    has_data = true;
                    event.data.push_str(value);
                    if event.data.len() > self.longest {
                        return Err(Fault::TooLarge(self.longest));
                    }
                }
                "event" => value.clone_into(&mut event.name),
                // Comments, ids and times to wait: nobody here connects again.
                _ => {}
            }
        }
        Ok(None)
    }
}
