//! What is on the screen: which page, what lies over it, what is selected and how far it is scrolled.

use crate::tui::keymap::Focus;

/// A screen. The screens behind the shown one are kept on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    /// The notice of the first start.
    Notice,
    /// The scan.
    Scan,
    /// The checklist.
    Checklist,
    /// One practice.
    Item,
    /// The fixes of one practice.
    Review,
    /// The accepted fixes.
    Staged,
    /// The result of the last write.
    Applied,
    /// The report.
    Report,
    /// The log.
    Log,
    /// The endpoints.
    Endpoints,
    /// One endpoint.
    Endpoint,
    /// The page of a rule.
    Rule,
    /// A form.
    Form,
}

/// Something over the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Actions to look up or to run: the help of a focus, or all commands.
    Menu {
        /// The focus whose help it is; `None` for all commands.
        help: Option<Focus>,
        /// The focus it was opened from.
        from: Focus,
        /// The filter typed so far.
        query: String,
        /// The selected entry.
        cursor: usize,
        /// The first entry shown.
        scroll: usize,
    },
    /// The filter's field on the checklist.
    Filter,
    /// A question that only `y` answers.
    Confirm(Confirm),
    /// The settings modules of the project.
    Picker {
        /// The selected one.
        cursor: usize,
    },
}

/// What a confirmation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Write what is staged.
    Write,
    /// Accept these safe fixes; so many others stay undecided.
    AcceptSafe {
        /// Fingerprints.
        fixes: Vec<String>,
        /// Undecided fixes that are not safe.
        left: usize,
    },
    /// Take back the last write.
    Undo,
}

/// The selected row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cursor {
    /// A section, by id.
    Section(String),
    /// A practice, by id.
    Practice(String),
}

/// How far a page is scrolled, and which of its rows is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The selected row of a list.
    pub cursor: usize,
    /// The first row shown.
    pub scroll: usize,
    /// Columns by which code is scrolled to the right.
    pub side: usize,
}
