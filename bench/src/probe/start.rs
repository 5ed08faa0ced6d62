//! From the start of the process to its first answer, and what it then has in memory.

use std::path::Path;

use anyhow::{Result, ensure};

use super::Finding;
use crate::{
    agent::{Agent, Issuer},
    contest::Pace,
    figures::{median, number},
    load::ask,
    requests::Question,
};

const STARTS: usize = 11;

pub(super) fn find(program: &Path, _pace: Pace) -> Result<Vec<Finding>> {
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    let question = Question::get("/healthz").with_token(None);
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        let agent = Agent::start(program, folder.path(), Issuer::Secret)?;
        let status = ask(
            agent.server.address(),
            &question,
            |answer| Ok(answer.status),
        )?;
        ensure!(status == 200, "the agent is not well: {status}");
        times.push(agent.server.age().as_secs_f64() * 1e3);
        sizes.push(number(agent.server.memory()?) / 1024.0 / 1024.0);
    }
    let [time, size] = [times, sizes].map(|values| median(values.into_iter()));
    Ok(vec![
        Finding::new("start to first answer", time, "ms", Some(50.0)),
        Finding::new("memory at rest", size, "MiB", Some(25.0)),
    ])
}
