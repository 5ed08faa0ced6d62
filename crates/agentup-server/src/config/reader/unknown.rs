//! Keys that nobody knows, and the known ones that may have been meant.

use agentup_env::cli::terminal::safe_text;

use super::{
    super::{keys, tree::Entry},
    Section,
};

/// How alike two names must be, from 0 to 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.8;

impl Section<'_> {
    pub(super) fn unknown(&self, entry: &Entry) {
        let spot = self
            .report
            .spot(entry.at, self.path_to(&safe_text(&entry.key)));
        let nearest = keys::names_in(self.pattern)
            .map(|name| {
                (
                    strsim::jaro_winkler(name, &entry.key.to_ascii_lowercase()),
                    name,
                )
            })
            .filter(|(alike, _)| *alike > ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other));
        if let Some((_, name)) = nearest {
            return self
                .report
                .fault(&spot, format!("unknown key; did you mean `{name}`?"), "");
        }
        let home = keys::homes_of(&entry.key).next();
        let remedy = match home {
            Some("") => format!(
                "`{}` belongs at the top of the file, not into `{}`",
                entry.key, self.path
            ),
            Some(home) => format!("`{}` belongs into `{home}`", entry.key),
            None => {
                let names: Vec<_> = keys::names_in(self.pattern).collect();
                format!("known here: {}", names.join(", "))
            }
        };
        self.report.fault(&spot, "unknown key", remedy);
    }
}
