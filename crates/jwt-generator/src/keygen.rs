//! `jwt-generator keygen`: what to make, the key, and where its halves go.

mod args;
mod error;
mod files;
mod made;
mod plan;

use std::io::{self, Write};

use agentup_env::cli::{input::Place, terminal::safe_text};

pub(crate) use args::KeygenArgs;
pub(crate) use error::KeygenError;

pub(crate) use files::Target;
use made::Made;
use plan::Plan;

/// Makes a key and writes its halves to where they belong; `notes` is for people.
///
/// # Errors
///
/// The flags do not go together, the key cannot be made, or a half cannot be written.
pub(crate) fn keygen(args: &KeygenArgs, mut notes: impl Write) -> Result<(), KeygenError> {
    let plan = Plan::from_args(args)?;
    let private = Target::new(args.out.as_deref());
    let public = args
        .public_out
        .as_deref()
        .map(|path| Target::new(Some(path)));
    if public.as_ref().is_some_and(|public| *public == private) {
        return Err(KeygenError::OnePlace);
    }
    // Before anything is made or written: a half that cannot be written leaves no other behind.
    private.check(args.force)?;
    if let Some(public) = &public {
        public.check(args.force)?;
    }

    let made = Made::new(&plan)?;
    private.write_private(&made.private, args.force)?;
    if let (Some(public), Some(text)) = (&public, &made.public) {
        public.write_public(text, args.force)?;
    }
    // There is nowhere left to say that standard error is closed.
    let _ = summarize(&plan, &made, &private, public.as_ref(), &mut notes);
    Ok(())
}

fn summarize(
    plan: &Plan,
    made: &Made,
    private: &Target,
    public: Option<&Target>,
    notes: &mut impl Write,
) -> io::Result<()> {
    write!(notes, "{} for {}", plan.describe(), plan.algorithm)?;
    if let Some(kid) = &made.kid {
        write!(notes, ", kid {}", safe_text(kid))?;
    }
    writeln!(notes)?;
    if let Target::File(path) = private {
        let place = Place::File(path.clone());
        writeln!(notes, "  private: {place}, which nobody else can read")?;
    }
    if let Some(Target::File(path)) = public {
        writeln!(notes, "  public:  {}", Place::File(path.clone()))?;
    }
    Ok(())
}
