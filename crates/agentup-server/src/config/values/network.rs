//! Networks of the internet protocol.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::json;

use super::Kind;

/// A network, `10.0.0.0/8`, or a single address.
pub(in super::super) struct Network;

impl Kind for Network {
    type Value = IpNet;

    fn read(&self, text: &str) -> Result<IpNet, String> {
        let of_one = || text.parse::<IpAddr>().ok().map(IpNet::from);
        text.parse()
            .ok()
            .or_else(of_one)
            .ok_or_else(|| format!("is not {}", self.expected()))
    }

    fn expected(&self) -> String {
        "an IP address or a network such as 10.0.0.0/8".to_owned()
    }

    fn schema(&self) -> serde_json::Value {
        json!({"type": "string", "pattern": "^[0-9A-Fa-f:.]+(/[0-9]+)?$"})
    }

    fn show(&self, value: &IpNet) -> serde_yaml::Value {
        value.to_string().into()
    }
}
