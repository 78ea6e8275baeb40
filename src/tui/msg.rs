//! Everything that can happen ([`Msg`]) and everything that may be asked for ([`Effect`]).

use std::path::PathBuf;
use std::sync::Arc;

use crate::decisions::Decisions;
use crate::engine::{Progress, Report};
use crate::tui::backend::{FilePatch, ReportFormat, Written};
use crate::tui::keymap::Action;
use crate::tui::session::SessionState;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key that means an action here.
    Do(Action),
    /// A character typed into a field.
    Type(char),
    /// A key that edits the text of a field.
    Edit(Edit),
    /// Text pasted.
    Paste(String),
    /// The terminal's new size.
    Resized(u16, u16),
    /// How far the scan of this generation is.
    Progress(u64, Progress),
    /// The scan of this generation ended.
    Scanned(u64, Result<Arc<Report>, String>),
    /// The decisions of the project were read.
    DecisionsRead(Result<Decisions, String>),
    /// The decisions were written; the project as judged with them.
    DecisionsSaved(u64, Result<Arc<Report>, String>),
    /// What these fixes change, of this generation.
    Planned(u64, Vec<String>, Result<Vec<FilePatch>, String>),
    /// Files among the staged ones with uncommitted edits.
    Uncommitted(Vec<String>),
    /// The write ended.
    Applied(Result<Arc<Written>, String>),
    /// The undo ended.
    Undone(Result<Arc<Report>, String>),
    /// A file was saved: a patch, a report.
    Saved(Result<PathBuf, String>),
    /// The session state could not be kept.
    NotKept(String),
    /// A worker broke down; the sentence says at what.
    Failed(String),
    /// The editor came back with the text of this fix's proposal, or a sentence why there is none.
    Rewritten(String, Result<String, String>),
    /// The editor came back; a sentence when it could not be started.
    EditorClosed(Option<String>),
}

/// A key inside a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// Takes out the character before the caret.
    Backspace,
    /// Takes out the character under the caret.
    Delete,
    /// Takes out the word before the caret.
    DeleteWord,
    /// Takes out everything before the caret.
    DeleteToStart,
    /// One character back.
    Left,
    /// One character on.
    Right,
    /// To the start.
    Home,
    /// To the end.
    End,
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Scan, under this generation.
    Scan(u64),
    /// Stop the running scan.
    CancelScan,
    /// Read the decisions.
    ReadDecisions,
    /// Write the decisions, and judge again under this generation.
    SaveDecisions(u64, Decisions),
    /// Find out what these fixes change.
    Plan(u64, Vec<String>),
    /// Find out which of these files have uncommitted edits.
    AskUncommitted(Vec<String>),
    /// Write these fixes.
    Apply(Vec<String>),
    /// Take back the write with this id.
    Undo(String),
    /// Save these fixes as a patch.
    SavePatch(Vec<String>),
    /// Write the report.
    WriteReport(ReportFormat),
    /// Keep the session.
    SaveSession(Box<SessionState>),
    /// Open a file (relative to the root) at a line.
    OpenEditor(String, usize),
    /// Open the text of this fix's proposal in the editor.
    EditText(String, String),
    /// Put text on the terminal's clipboard.
    Copy(String),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// Leave with this exit code.
    Quit(u8),
}
