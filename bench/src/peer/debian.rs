//! Peers that a distribution has: `HAProxy` and nginx.

use std::{path::Path, process::Command};

use super::{Peer, program};

pub(super) const HAPROXY: Peer = Peer {
    name: "haproxy",
    what: "HAProxy with jwt_verify",
    checks: true,
    command: |place| {
        let config = place.write("haproxy.cfg", include_str!("../../peers/haproxy.cfg"))?;
        let mut command = program("haproxy");
        command.args(["-db", "-f"]).arg(config);
        Ok(command)
    },
    version: |_| {
        let mut command = program("haproxy");
        command.arg("-v");
        command
    },
};

pub(super) const NGINX: Peer = Peer {
    name: "nginx",
    what: "nginx that checks nothing, a second floor",
    checks: false,
    command: |place| {
        let config = place.write("nginx.conf", include_str!("../../peers/nginx.conf"))?;
        Ok(nginx(place.folder, &config))
    },
    version: nginx_version,
};

pub(super) const NGINX_LUA: Peer = Peer {
    name: "nginx-lua",
    what: "nginx that checks tokens in Lua",
    checks: true,
    command: |place| {
        place.write("access.lua", include_str!("../../peers/access.lua"))?;
        let config = place.write("nginx.conf", include_str!("../../peers/nginx-lua.conf"))?;
        Ok(nginx(place.folder, &config))
    },
    version: nginx_version,
};

fn nginx(folder: &Path, config: &Path) -> Command {
    let mut command = program("nginx");
    command.args(["-e", "stderr", "-p"]).arg(folder);
    command.arg("-c").arg(config);
    command
}

fn nginx_version(_installed: &Path) -> Command {
    let mut command = program("nginx");
    command.arg("-v");
    command
}
