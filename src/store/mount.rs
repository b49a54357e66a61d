//! On which kind of file system a folder lives.

use std::path::{Path, PathBuf};

/// Kinds that are served by another machine or by the host of a virtual one: SQLite's shared memory does not work there, and
/// locks only sometimes.
const NETWORK: [&str; 24] = [
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "davfs2",
    "drvfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "pvfs2",
    "smb2",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
];

/// Network file systems that reach the kernel through FUSE.
const FUSE: [&str; 8] = ["ceph", "davfs2", "gluster", "goofys", "rclone", "s3fs", "smb", "sshfs"];

/// The kind of network file system on which a path lives, by a table in the form of `/proc/self/mountinfo`; none when it is
/// local or the table does not tell. The path must be absolute and without links.
pub(super) fn network_kind(mountinfo: &str, path: &Path) -> Option<String> {
    let kind = deepest(mountinfo, path)?;
    let fuse =
        kind.strip_prefix("fuse.").is_some_and(|name| FUSE.iter().any(|known| name.starts_with(known)));
    (fuse || NETWORK.contains(&kind)).then(|| kind.to_owned())
}

/// The kind of the mount that a path lies on.
pub(super) fn deepest<'a>(mountinfo: &'a str, path: &Path) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for line in mountinfo.lines() {
        let Some((point, kind)) = entry(line) else { continue };
        let depth = point.components().count();
        // Of two mounts on one point the later one hides the earlier.
        if path.starts_with(&point) && best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Mount point and kind of one line: `36 35 98:0 /root /point opts tag:1 - kind source opts`.
fn entry(line: &str) -> Option<(PathBuf, &str)> {
    let (left, right) = line.split_once(" - ")?;
    let point = left.split(' ').nth(4)?;
    Some((unescape(point), right.split(' ').next()?))
}

/// Undoes the kernel's octal escapes of blank, tab, newline and backslash.
fn unescape(text: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let octal = (bytes[at] == b'\\')
            .then(|| text.get(at + 1..at + 4))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        plain.push(octal.unwrap_or(bytes[at]));
        at += if octal.is_some() { 4 } else { 1 };
    }
    PathBuf::from(std::ffi::OsString::from_vec(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 28 0:40 / /home rw shared:2 - nfs4 server:/home rw,vers=4.2
41 40 254:2 / /home/ann/local rw - xfs /dev/vdb rw
42 28 0:41 / /mnt/team\\040share rw - cifs //srv/x rw
43 28 0:42 / /mnt/ssh rw - fuse.sshfs ann@host: rw
44 28 0:43 / /mnt/enc rw - fuse.gocryptfs /x rw
45 28 0:44 / /data rw - nfs srv:/data rw
46 28 254:3 / /data rw - ext4 /dev/vdc rw
broken line";

    #[test]
    fn the_deepest_and_latest_mount_decides() {
        for (path, kind) in [
            ("/var/lib/quell", None),
            ("/home/ann/.local/state/quell", Some("nfs4")),
            ("/home/ann/local/quell", None),
            ("/homework", None),
            ("/mnt/team share/quell", Some("cifs")),
            ("/mnt/ssh/q", Some("fuse.sshfs")),
            ("/mnt/enc/q", None),
            ("/data/q", None),
        ] {
            assert_eq!(network_kind(TABLE, Path::new(path)).as_deref(), kind, "{path}");
        }
        assert_eq!(network_kind("", Path::new("/x")), None);
    }
}
