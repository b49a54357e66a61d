//! What the pictures show: the keys that lead there, and what is waited for on the way.

/// One picture.
pub(crate) struct Scene {
    /// Its file's name.
    pub(crate) name: &'static str,
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// The program's arguments.
    pub(crate) arguments: &'static [&'static str],
    /// What is waited for, and the keys that are pressed then.
    pub(crate) steps: &'static [(&'static str, &'static str)],
    /// What the screen shows when it is drawn.
    pub(crate) shows: &'static str,
    /// What the picture shows, in words.
    pub(crate) about: &'static str,
}

/// The demo, always with the same alerts.
const DEMO: &[&str] = &["--demo"];

/// A screen of the usual size.
const WIDE: (u16, u16) = (120, 36);

/// The demo is filled, and the first alert is shown.
const FILLED: &str = "Entities";

/// All alerts of the demo are there.
const COMPLETE: &str = "of 1,204";

const fn wide(
    name: &'static str,
    steps: &'static [(&'static str, &'static str)],
    shows: &'static str,
    about: &'static str,
) -> Scene {
    Scene { name, size: WIDE, arguments: DEMO, steps, shows, about }
}

/// The worst of a story: processes, files, a host and an account.
const STORY: (&str, &str) = (FILLED, "/suspicious_system_process Enter");

/// Every picture.
pub(crate) const SCENES: &[Scene] = &[
    wide("list", &[(FILLED, "j j j Space Space")], "2 marked", "The alert list with details beside it"),
    wide(
        "dismiss",
        &[
            (FILLED, "/resource:vm-jump-01_severity:informational Enter"),
            ("340", "* * Space Space Space d 3"),
        ],
        "337",
        "The dismiss prompt: the exact count, then the reason, then yes",
    ),
    wide(
        "details",
        &[STORY, ("Suspicious system", "Enter")],
        "Take action",
        "Full details: times, resources, the kill chain, entities as trees",
    ),
    wide(
        "respond",
        &[STORY, ("Suspicious system", "r 1")],
        "environment",
        "Take action: the resource's tags, whom to ask, and its activity log around the alert",
    ),
    wide(
        "suppress",
        &[STORY, ("Suspicious system", "S")],
        "Would have matched",
        "A suppression rule filled in from an alert, and what it would have matched",
    ),
    wide("groups", &[(FILLED, "z r g g")], "by resource", "The list in groups: by resource, the worst first"),
    wide("timeline", &[(COMPLETE, "T h")], "Timeline", "The timeline, stacked by severity"),
    wide("attack", &[(COMPLETE, "M")], "ATT&CK", "The alerts by ATT&CK tactic and technique"),
    wide(
        "facets",
        &[(FILLED, "f Enter Down Down Down Down Enter Space Down Space")],
        "Add filter",
        "Add filter: fields, then values with their counts, by arrows alone",
    ),
    wide(
        "related",
        &[STORY, ("Suspicious system", "Enter ] ]")],
        "Related",
        "What other alerts have in common with one",
    ),
];
