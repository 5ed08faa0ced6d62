//! The process, under the names that Prometheus has for every process.
//!
//! Linux tells it in `/proc`; where there is none, these metrics are not there.

use std::{fmt, fs, path::Path};

use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, registry::Unit};
use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

use super::page::{BARE, Family, Page};

const CPU: Family = Family::seconds(
    "process_cpu",
    "Time of processors that the process has used.",
);
const MEMORY: Family = Family::bytes("process_resident_memory", "Memory that the process has.");
const VIRTUAL: Family = Family::bytes("process_virtual_memory", "Addresses that the process has.");
const OPEN_FILES: Family = Family::new("process_open_fds", "Files and sockets that are open.");
const MAX_FILES: Family = Family::new("process_max_fds", "The most files and sockets.");
const THREADS: Family = Family::new("process_threads", "Threads of the process.");
const STARTED: Family = Family {
    name: "process_start_time",
    unit: Some(Unit::Seconds),
    help: "When the process was started, in seconds of the Unix epoch.",
};

/// Reads the state of this process when it is asked.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page::new(encoder);
        let Some(stat) = fs::read_to_string("/proc/self/stat")
            .ok()
            .as_deref()
            .and_then(Stat::parse)
        else {
            return Ok(());
        };
        page.counters(&CPU, [(BARE, cpu_seconds())])?;
        page.gauge(&MEMORY, stat.resident_pages.saturating_mul(page_bytes()))?;
        page.gauge(&VIRTUAL, stat.virtual_bytes)?;
        page.gauges(&OPEN_FILES, open_files().map(|count| (BARE, count)))?;
        let most = getrlimit(Resource::Nofile).current;
        page.gauges(&MAX_FILES, most.map(|most| (BARE, most)))?;
        page.gauge(&THREADS, stat.threads)?;
        page.gauges(&STARTED, start_time(&stat).map(|time| (BARE, time)))
    }
}

/// What is of interest in `/proc/self/stat` (proc(5)).
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    threads: u64,
    /// In ticks since the machine was started.
    started: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name of the program stands in parentheses and may have any characters in it. What
        // follows is field 3, the state.
        let (_, fields) = text.rsplit_once(") ")?;
        let mut fields = fields.split(' ');
        let mut next = |skipped: usize| fields.nth(skipped)?.parse().ok();
        Some(Self {
            threads: next(17)?,
            started: next(1)?,
            virtual_bytes: next(0)?,
            resident_pages: next(0)?,
        })
    }
}

fn page_bytes() -> u64 {
    u64::try_from(page_size()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "seconds with a fraction")]
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Newer kernels tell the number without listing them.
fn open_files() -> Option<u64> {
    let folder = Path::new("/proc/self/fd");
    let told = fs::metadata(folder).ok()?.len();
    if told > 0 {
        return Some(told);
    }
    // One of them is the listing itself.
    let listed = fs::read_dir(folder).ok()?.count();
    u64::try_from(listed.saturating_sub(1)).ok()
}

#[expect(clippy::cast_precision_loss, reason = "seconds with a fraction")]
fn start_time(stat: &Stat) -> Option<f64> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    let booted: f64 = line.parse().ok()?;
    let ticks = clock_ticks_per_second() as f64;
    Some(booted + stat.started as f64 / ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_may_be_anything() {
        let text = "2451 (a) R (b) S 1 2451 2451 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 987654 \
                    170512384 2560 18446744073709551615 1 1 0";
        let stat = Stat {
            threads: 3,
            started: 987_654,
            virtual_bytes: 170_512_384,
            resident_pages: 2560,
        };
        assert_eq!(Stat::parse(text), Some(stat));
        assert_eq!(Stat::parse("2451 (a) R 1"), None);
    }
}
