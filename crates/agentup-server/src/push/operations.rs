//! The operations on push configurations (`A2A §3.1.7` to `§3.1.10`), each within what the caller
//! owns.

use std::sync::Arc;

use agentup_protocol::{
    A2aError, DeletePushConfigRequest, Generation, GetPushConfigRequest, ListPushConfigsRequest,
    ListPushConfigsResponse, SendMessageRequest, TaskPushNotificationConfig,
};

use super::{
    Push,
    registered::{Full, MAX_OF_TASK},
    webhook::Webhook,
};
use crate::{
    operations::Asker,
    tasks::{TaskCell, Tasks},
};

impl Asker {
    /// Adds a webhook to a task of the caller.
    pub(crate) fn create_push_config(
        &self,
        tasks: &Tasks,
        push: &Arc<Push>,
        config: TaskPushNotificationConfig,
        generation: Generation,
    ) -> Result<TaskPushNotificationConfig, A2aError> {
        self.live.push.check_enabled()?;
        let cell = self.task(tasks, &config.task_id)?;
        let parent = match generation {
            Generation::V03 => "pushNotificationConfig.",
            Generation::V10 => "",
        };
        let webhook = Webhook::new(config, generation, parent, &self.live.push.guard, push)?;
        self.add_webhook(&cell, webhook)
    }

    /// The webhook of a task of the caller.
    pub(crate) fn push_config(
        &self,
        tasks: &Tasks,
        request: &GetPushConfigRequest,
    ) -> Result<TaskPushNotificationConfig, A2aError> {
        self.live.push.check_enabled()?;
        let cell = self.task(tasks, &request.task_id)?;
        let found = cell.webhooks(|webhooks| webhooks.find(request.id.as_deref()));
        found.ok_or_else(|| A2aError::task_not_found(&request.task_id))
    }

    /// The webhooks of a task of the caller, in pages.
    pub(crate) fn push_configs(
        &self,
        tasks: &Tasks,
        request: &ListPushConfigsRequest,
    ) -> Result<ListPushConfigsResponse, A2aError> {
        self.live.push.check_enabled()?;
        let cell = self.task(tasks, &request.task_id)?;
        let token = request.page_token.as_deref();
        let behind = match token.filter(|token| !token.is_empty()) {
            None => 0,
            Some(token) => token
                .parse()
                .map_err(|_| A2aError::invalid_param("pageToken", "is none that was given out"))?,
        };
        // Nothing and zero are the same number in the 1.0 messages.
        let size = request.page_size.filter(|size| *size > 0);
        let size = size.map_or(MAX_OF_TASK, |size| {
            usize::try_from(size).unwrap_or(MAX_OF_TASK)
        });
        let (configs, next) = cell.webhooks(|webhooks| webhooks.page(behind, size));
        Ok(ListPushConfigsResponse {
            configs,
            next_page_token: next.map(|number| number.to_string()).unwrap_or_default(),
        })
    }

    /// Takes a webhook from a task of the caller; one that is not there is gone already.
    pub(crate) fn delete_push_config(
        &self,
        tasks: &Tasks,
        request: &DeletePushConfigRequest,
    ) -> Result<(), A2aError> {
        self.live.push.check_enabled()?;
        let cell = self.task(tasks, &request.task_id)?;
        cell.webhooks(|webhooks| webhooks.remove(&request.id));
        Ok(())
    }

    /// The webhook that comes with a message (`A2A §3.2.2`), taken out of it and checked before
    /// anything is done for the message.
    pub(crate) fn webhook_of(
        &self,
        push: &Arc<Push>,
        request: &mut SendMessageRequest,
        generation: Generation,
    ) -> Result<Option<Webhook>, A2aError> {
        let config = request.configuration.task_push_notification_config.take();
        let Some(config) = config else {
            return Ok(None);
        };
        self.live.push.check_enabled()?;
        let parent = match generation {
            Generation::V03 => "configuration.pushNotificationConfig.",
            Generation::V10 => "configuration.taskPushNotificationConfig.",
        };
        Webhook::new(*config, generation, parent, &self.live.push.guard, push).map(Some)
    }

    /// Gives a task of the caller one more webhook.
    pub(crate) fn add_webhook(
        &self,
        cell: &TaskCell,
        webhook: Webhook,
    ) -> Result<TaskPushNotificationConfig, A2aError> {
        let lane = webhook.push.lanes.of(self.principal.id());
        cell.webhooks(|webhooks| webhooks.add(webhook, cell.id(), lane))
            .map_err(|Full| {
                let message =
                    format!("the task has {MAX_OF_TASK} push configurations, as many as it may");
                A2aError::unsupported_operation(message)
            })
    }
}
