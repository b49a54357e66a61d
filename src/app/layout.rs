//! Where things stand on the screen: computed once, used by `update` (to scroll) and by the view (to draw).

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// The main screen's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Main {
    /// Tenant, sync age, counts.
    pub header: Area,
    /// The filter bar.
    pub filter: Area,
    /// The list with its frame and head.
    pub list: Area,
    /// The details with their frame; none when they are not shown.
    pub details: Option<Area>,
    /// Progress, notice or faults.
    pub status: Area,
    /// The next keys.
    pub hints: Area,
}

/// The smallest screen on which anything is drawn.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From this many columns on, the details stand beside the list.
pub const SIDE_BY_SIDE: u16 = 100;

impl Main {
    /// The parts for a screen; `details_open` matters on narrow screens only, where the details lie over the list.
    pub fn new((width, height): (u16, u16), details_open: bool) -> Self {
        let row = |y: u16, height: u16| Area { x: 0, y, width, height };
        let body = row(2, height.saturating_sub(4));
        let (list, details) = if width >= SIDE_BY_SIDE {
            let side = (width * 2 / 5).clamp(44, 80);
            let list = Area { width: width - side, ..body };
            (list, Some(Area { x: list.width, width: side, ..body }))
        } else {
            (body, details_open.then_some(body))
        };
        Self {
            header: row(0, 1),
            filter: row(1, 1),
            list,
            details,
            status: row(height.saturating_sub(2), 1),
            hints: row(height.saturating_sub(1), 1),
        }
    }

    /// Rows of alerts that fit: the list's height without frame and head.
    pub fn list_rows(&self) -> usize {
        usize::from(self.list.height.saturating_sub(3))
    }
}
