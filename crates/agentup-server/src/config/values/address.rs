//! Where something listens that is not the agent itself.

use std::net::SocketAddr;

use super::{super::MetricsListen, Kind};

/// The word for the address and port of the agent.
const SAME: &str = "same";

/// An address and port for metrics: `127.0.0.1:9464`, `[::1]:0`; or `same`.
pub(in super::super) struct MetricsAddress;

impl Kind for MetricsAddress {
    type Value = MetricsListen;

    fn read(&self, text: &str) -> Result<MetricsListen, String> {
        if text == SAME {
            return Ok(MetricsListen::Same);
        }
        // A name would have to be looked up, and may have several addresses.
        let address = text.replacen("localhost:", "127.0.0.1:", 1);
        let address: Result<SocketAddr, _> = address.parse();
        address
            .map(MetricsListen::Own)
            .map_err(|_| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        "an address and port, as 127.0.0.1:9464, or `same` for those of the agent".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        serde_json::json!({ "type": "string" })
    }

    fn show(&self, value: &MetricsListen) -> serde_yaml::Value {
        match value {
            MetricsListen::Same => SAME.into(),
            MetricsListen::Own(address) => address.to_string().into(),
        }
    }
}
