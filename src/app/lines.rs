//! The lines of the list: its alerts and, when it is grouped, a heading over each group.
//!
//! A *place* is an alert's in the [`Listing`], whether or not it is seen; a *line* is
//! what the cursor can stand on and what is drawn. Without groups they are the same.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use crate::app::model::{List, Spot, Visual};
use crate::domain::AlertKey;
use crate::domain::listing::Listing;
use crate::domain::query::{Group, GroupId};

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The heading of the group of this number.
    Heading(usize),
    /// The alert at this place.
    Alert(usize),
}

/// What the cursor is on, in any snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Under {
    /// An alert.
    Alert(AlertKey),
    /// A heading.
    Heading(GroupId),
}

/// Which groups are folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    /// True when groups are folded unless they are excepted, groups that come later included.
    all: bool,
    except: HashSet<GroupId>,
}

impl Folds {
    /// Every group, or none.
    pub fn every(all: bool) -> Self {
        Self { all, except: HashSet::new() }
    }

    /// True for a folded group.
    pub fn holds(&self, id: GroupId) -> bool {
        self.all != self.except.contains(&id)
    }

    /// Folds a group or unfolds it.
    pub fn toggle(&mut self, id: GroupId) {
        if !self.except.remove(&id) {
            self.except.insert(id);
        }
    }
}

/// Where the headings stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// By group: the line of its heading.
    headings: Vec<usize>,
    /// By group: whether its alerts are hidden.
    folded: Vec<bool>,
    /// The number of lines of a grouped list.
    total: usize,
}

impl Lines {
    /// The lines of a listing.
    pub fn new(listing: &Listing, folds: &Folds) -> Self {
        let groups = listing.groups.as_ref().map(|groups| groups.groups.as_slice()).unwrap_or_default();
        let mut lines = Self::default();
        for group in groups {
            let folded = folds.holds(group.id);
            lines.headings.push(lines.total);
            lines.folded.push(folded);
            lines.total += 1 + if folded { 0 } else { group.count };
        }
        lines
    }
}

impl List {
    /// The groups; empty when the list is not grouped.
    pub fn groups(&self) -> &[Group] {
        self.listing.groups.as_ref().map(|groups| groups.groups.as_slice()).unwrap_or_default()
    }

    /// The number of the group that a place is in; none when the list is not grouped.
    pub fn group_at(&self, place: usize) -> Option<usize> {
        self.listing.groups.as_ref().and_then(|groups| groups.at(place))
    }

    /// True when a group's alerts are hidden.
    pub fn is_folded(&self, group: usize) -> bool {
        self.lines.folded.get(group).copied().unwrap_or(false)
    }

    /// True when the alert at a place has a line of its own.
    pub fn is_seen(&self, place: usize) -> bool {
        !self.group_at(place).is_some_and(|group| self.is_folded(group))
    }

    /// The number of lines.
    pub fn line_count(&self) -> usize {
        if self.listing.groups.is_some() { self.lines.total } else { self.listing.len() }
    }

    /// What stands on a line; none below the last.
    pub fn line_at(&self, line: usize) -> Option<Line> {
        if line >= self.line_count() {
            return None;
        }
        if self.listing.groups.is_none() {
            return Some(Line::Alert(line));
        }
        let number = self.lines.headings.partition_point(|heading| *heading <= line).checked_sub(1)?;
        let (heading, group) = (*self.lines.headings.get(number)?, self.groups().get(number)?);
        Some(match line - heading {
            0 => Line::Heading(number),
            below => Line::Alert(group.first + below - 1),
        })
    }

    /// The line of an alert; its heading's while it is folded.
    pub fn line_of(&self, place: usize) -> usize {
        let Some(number) = self.group_at(place) else { return place };
        let heading = self.lines.headings.get(number).copied().unwrap_or(0);
        match self.groups().get(number) {
            Some(group) if !self.is_folded(number) => heading + 1 + place - group.first,
            _ => heading,
        }
    }

    /// The line of the heading of the cursor's group; none when the list is not grouped.
    pub fn heading_line(&self) -> Option<usize> {
        self.lines.headings.get(self.group_at(self.place)?).copied()
    }

    /// The cursor's line.
    pub fn cursor_line(&self) -> usize {
        match self.group_at(self.place) {
            Some(number) if self.on_heading => self.lines.headings.get(number).copied().unwrap_or(0),
            _ => self.line_of(self.place),
        }
    }

    /// The group under the cursor, when that is on a heading.
    pub fn heading(&self) -> Option<&Group> {
        if self.on_heading { self.groups().get(self.group_at(self.place)?) } else { None }
    }

    /// What the cursor is on.
    pub fn under(&self) -> Option<Under> {
        match self.heading() {
            Some(group) => Some(Under::Heading(group.id)),
            None => self.cursor.map(Under::Alert),
        }
    }

    /// The cursor and what is in sight.
    pub fn spot(&self) -> Spot {
        Spot { under: self.under(), place: self.place, line: self.cursor_line(), offset: self.offset }
    }

    /// Puts the cursor on an alert's place, or on its group's heading: always there when the alert is folded.
    pub(in crate::app) fn put_cursor(&mut self, place: usize, on_heading: bool) {
        self.place = place.min(self.listing.len().saturating_sub(1));
        let group = self.group_at(self.place);
        self.on_heading = group.is_some_and(|group| on_heading || self.is_folded(group));
        if let Some(group) = group.filter(|_| self.on_heading).and_then(|group| self.groups().get(group)) {
            self.place = group.first;
        }
        self.cursor = if self.on_heading { None } else { self.listing.key(self.place) };
    }

    /// The places that a range of visual mode covers. A folded group on its way is covered whole; a heading whose alerts
    /// are seen stands for none of them.
    pub fn range(&self, visual: Visual) -> Option<Range<usize>> {
        let lines = self.range_lines(visual)?;
        let from = match self.line_at(*lines.start())? {
            Line::Alert(place) => place,
            Line::Heading(group) => self.groups().get(group)?.first,
        };
        let to = match self.line_at(*lines.end())? {
            Line::Alert(place) => place + 1,
            Line::Heading(group) if self.is_folded(group) => self.groups().get(group)?.places().end,
            Line::Heading(group) => self.groups().get(group)?.first,
        };
        Some(from..to)
    }

    /// The lines between the beginning of visual mode and the cursor.
    pub fn range_lines(&self, visual: Visual) -> Option<RangeInclusive<usize>> {
        let group = self.group_at(visual.place).filter(|_| visual.on_heading);
        let heading = group.and_then(|group| self.lines.headings.get(group).copied());
        let from = heading.unwrap_or_else(|| self.line_of(visual.place));
        let to = self.cursor_line();
        (!self.listing.is_empty()).then_some(from.min(to)..=from.max(to))
    }
}
