//! The manual pages, made from the command line itself.

use std::{fs, io, path::Path};

use clap::Command;
use clap_mangen::Man;

pub(super) const EXAMPLES: &str = "\
Examples:
  agentup-server man | man -l -
  agentup-server man check | man -l -
  agentup-server man --out /usr/local/share/man/man1";

/// One page for the program and one for each of its commands.
pub(super) struct Pages(Command);

impl Pages {
    pub(super) fn of(mut program: Command) -> Self {
        program.build();
        Self(program)
    }

    /// The page of a command, or of the program.
    ///
    /// # Errors
    /// When there is no command of this name.
    pub(super) fn page(&self, command: Option<&str>) -> io::Result<Vec<u8>> {
        let command = match command {
            None => &self.0,
            Some(name) => self.0.find_subcommand(name).ok_or_else(|| {
                let names: Vec<_> = self.commands().map(Command::get_name).collect();
                io::Error::other(format!(
                    "there is no command `{name}`; there are: {}",
                    names.join(", ")
                ))
            })?,
        };
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page)?;
        Ok(page)
    }

    /// Writes all of them, under the names that `man` looks for.
    pub(super) fn write_to(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let program = self.0.get_name();
        fs::write(folder.join(format!("{program}.1")), self.page(None)?)?;
        for command in self.commands() {
            let name = command.get_name();
            let page = self.page(Some(name))?;
            fs::write(folder.join(format!("{program}-{name}.1")), page)?;
        }
        Ok(())
    }

    /// The commands, but for the one that clap has for help on others.
    fn commands(&self) -> impl Iterator<Item = &Command> {
        let commands = self.0.get_subcommands();
        commands.filter(|command| command.get_name() != "help")
    }
}
