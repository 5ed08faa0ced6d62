//! Listing tasks: filtered, the one that changed last first, a page at a time (`A2A §3.1.4`).

use std::{borrow::Cow, sync::Arc};

use agentup_protocol::{A2aError, ListTasksRequest, ListTasksResponse, Task};

use super::Asker;
use crate::tasks::{Glance, TaskCell, Tasks};

impl Asker {
    /// A page of the caller's tasks.
    pub(crate) fn list(
        &self,
        tasks: &Tasks,
        request: &ListTasksRequest,
    ) -> Result<ListTasksResponse, A2aError> {
        let start = self.cursor(tasks, request)?;
        let mut found: Vec<(Position, Arc<TaskCell>)> = tasks
            .of_owner(self.principal.id())
            .into_iter()
            .filter_map(|cell| {
                let glance = cell.glance();
                let is_asked_for = matches(&cell, glance, request);
                is_asked_for.then(|| (position(&cell, glance), cell))
            })
            .collect();
        found.sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
        let total_size = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let page_size = request
            .page_size
            .unwrap_or(ListTasksRequest::DEFAULT_PAGE_SIZE);
        let mut rest = found
            .into_iter()
            .filter(|(at, _)| start.as_ref().is_none_or(|start| at < start));
        let page: Vec<_> = rest
            .by_ref()
            .take(usize::try_from(page_size).unwrap_or(usize::MAX))
            .collect();
        let next_page_token = match (page.last(), rest.next()) {
            (Some(((millis, id), _)), Some(_)) => format!("{millis}.{id}"),
            _ => String::new(),
        };
        let tasks = page
            .iter()
            .map(|(_, cell)| cell.read(|task| listed(task, request)))
            .collect();
        Ok(ListTasksResponse {
            tasks,
            next_page_token,
            page_size,
            total_size,
        })
    }

    /// Where the page before ended. The token is good for the owner of the task it names alone, so
    /// that it tells nothing about the tasks of others.
    fn cursor(
        &self,
        tasks: &Tasks,
        request: &ListTasksRequest,
    ) -> Result<Option<Position>, A2aError> {
        let Some(token) = request
            .page_token
            .as_deref()
            .filter(|token| !token.is_empty())
        else {
            return Ok(None);
        };
        let position = token
            .split_once('.')
            .and_then(|(millis, id)| Some((millis.parse().ok()?, id.to_owned())))
            .filter(|(_, id)| tasks.find(self.principal.id(), id).is_some());
        position
            .map(Some)
            .ok_or_else(|| A2aError::invalid_param("pageToken", "is not one of yours; begin anew"))
    }
}

/// The order of the list: by the time of the last change in milliseconds, then by id.
type Position = (i64, String);

fn position(cell: &TaskCell, glance: Glance) -> Position {
    let changed = glance.changed;
    (
        changed.map_or(0, |at| at.utc().timestamp_millis()),
        cell.id().to_owned(),
    )
}

fn matches(cell: &TaskCell, glance: Glance, request: &ListTasksRequest) -> bool {
    let context = request.context_id.as_deref().filter(|id| !id.is_empty());
    context.is_none_or(|id| cell.context_id() == id)
        && request.status.is_none_or(|state| glance.state == state)
        && request
            .status_timestamp_after
            .is_none_or(|after| glance.changed >= Some(after))
}

/// A task as the list shows it: the artifacts only when asked for.
fn listed(task: &Task, request: &ListTasksRequest) -> Task {
    let artifacts = if request.include_artifacts {
        task.artifacts.clone()
    } else {
        Vec::new()
    };
    let history = latest(&task.history, request.history_length).to_vec();
    Task {
        id: task.id.clone(),
        context_id: task.context_id.clone(),
        status: task.status.clone(),
        artifacts,
        history,
        metadata: task.metadata.clone(),
    }
}

/// A task with as much of its history as was asked for.
pub(crate) fn trimmed(task: &Task, length: Option<u32>) -> Cow<'_, Task> {
    let kept = latest(&task.history, length);
    if kept.len() == task.history.len() {
        return Cow::Borrowed(task);
    }
    Cow::Owned(Task {
        history: kept.to_vec(),
        ..task.clone()
    })
}

/// The latest messages, as many as asked for; all when nothing was asked (`A2A §3.2.4`).
fn latest<T>(history: &[T], length: Option<u32>) -> &[T] {
    let Some(length) = length.and_then(|length| usize::try_from(length).ok()) else {
        return history;
    };
    history
        .get(history.len().saturating_sub(length)..)
        .unwrap_or(history)
}
