//! What happens to a child when the runner is told to stop: it gets the same signal, once, and
//! the runner lives until the child has ended.

use std::process::{Child, Command, ExitCode, ExitStatus};

use anyhow::Result;

/// Lets [`hand_on`] be the only one from whom the child gets signals. Without this a Ctrl-C would
/// reach it twice, and to a server the second one means to drop its requests.
pub(crate) fn detach(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Hands every request to stop on to the child from now on.
#[cfg(unix)]
pub(crate) fn hand_on(child: &Child) -> Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let child = Pid::from_child(child);
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        for number in signals.forever() {
            let signal = match number {
                SIGHUP => Signal::HUP,
                SIGINT => Signal::INT,
                _ => Signal::TERM,
            };
            // It fails only where the child has ended, and then so does the runner.
            let _ = kill_process(child, signal);
        }
    });
    Ok(())
}

/// Elsewhere a console delivers Ctrl-C to both by itself.
#[cfg(not(unix))]
pub(crate) fn hand_on(_child: &Child) -> Result<()> {
    Ok(())
}

/// Asks a child to stop in good order; where that cannot be asked, ends it.
pub(crate) fn ask_to_stop(child: &mut Child) -> Result<()> {
    #[cfg(unix)]
    rustix::process::kill_process(
        rustix::process::Pid::from_child(child),
        rustix::process::Signal::TERM,
    )?;
    #[cfg(not(unix))]
    child.kill()?;
    Ok(())
}

/// The child's exit code as our own; of a signal, what a shell makes of it.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(signal.saturating_add(128)).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
