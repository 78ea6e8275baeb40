//! What a key can mean, and where the keys go.

/// Where the keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Focus {
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
    /// The result of a write.
    Applied,
    /// The report.
    Report,
    /// The log.
    Log,
    /// The endpoints.
    Endpoints,
    /// A rule's page.
    Rule,
    /// A question with one dangerous answer.
    Confirm,
    /// The list of settings modules.
    Picker,
    /// A text field of a form.
    TextField,
    /// A field of a form with choices.
    ChoiceField,
    /// A field of a form that cycles through values.
    CycleField,
    /// A button of a form.
    Button,
    /// The filter's field.
    Filter,
    /// A list of actions with a field to filter it: help, commands.
    Menu,
}

impl Focus {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Notice,
        Self::Scan,
        Self::Checklist,
        Self::Item,
        Self::Review,
        Self::Staged,
        Self::Applied,
        Self::Report,
        Self::Log,
        Self::Endpoints,
        Self::Rule,
        Self::Confirm,
        Self::Picker,
        Self::TextField,
        Self::ChoiceField,
        Self::CycleField,
        Self::Button,
        Self::Filter,
        Self::Menu,
    ];

    /// The name in the help.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "before the first scan",
            Self::Scan => "scan",
            Self::Checklist => "checklist",
            Self::Item => "practice",
            Self::Review => "fix review",
            Self::Staged => "staged changes",
            Self::Applied => "result of a write",
            Self::Report => "report",
            Self::Log => "log",
            Self::Endpoints => "endpoints",
            Self::Rule => "rule page",
            Self::Confirm => "confirmation",
            Self::Picker => "settings modules",
            Self::TextField | Self::ChoiceField | Self::CycleField | Self::Button => "form",
            Self::Filter => "filter",
            Self::Menu => "menu",
        }
    }

    /// Whether printable keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::TextField | Self::CycleField | Self::Filter | Self::Menu)
    }
}

macro_rules! actions {
    ($($name:ident $text:literal $about:literal,)*) => {
        /// What a key can mean. Each has a name for the palette and for key strings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $about] $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The kebab name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it does, in a few words.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }
        }
    };
}

actions! {
    Up "up" "one row up",
    Down "down" "one row down",
    PageUp "page-up" "half a page up",
    PageDown "page-down" "half a page down",
    Top "top" "to the first row",
    Bottom "bottom" "to the last row",
    Left "left" "fold, or scroll code left",
    Right "right" "unfold, or scroll code right",
    NextGroup "next-group" "next section, practice or fix",
    PrevGroup "previous-group" "previous section, practice or fix",
    NextPane "next-pane" "next pane",
    PrevPane "previous-pane" "previous pane",
    NextOpen "next-open" "next open practice",
    PrevOpen "previous-open" "previous open practice",
    Open "open" "open, or go to the next undecided fix",
    Back "back" "back, close, clear the filter",
    Close "close" "back one level; on the checklist quit",
    Quit "quit" "quit now; everything is kept",
    Suspend "suspend" "suspend",
    Help "help" "help for this screen",
    Palette "commands" "all commands",
    Filter "filter" "filter the checklist",
    TabChecklist "checklist" "the checklist",
    TabStaged "staged" "the accepted fixes",
    TabReport "report" "the report",
    TabLog "log" "the log",
    TabEndpoints "endpoints" "the endpoints and whom they let in",
    Undo "undo" "undo the last mark or answer, then the last write",
    Redo "redo" "redo what was undone",
    Write "write" "go through what is staged and write it",
    Rescan "rescan" "scan again",
    Editor "editor" "open the file in your editor",
    Rule "rule" "the rule's page",
    Copy "copy" "copy the place",
    Zoom "zoom" "one pane or several",
    Repaint "repaint" "draw the screen anew",
    NextProject "next-project" "the next Django project of this folder",
    Settings "settings" "choose the settings module",
    NotRead "not-read" "list the files that were not read",
    Toggle "toggle" "stage a safe fix or take it out; tick",
    Fix "fix" "look at the fixes",
    Waive "waive" "waive: accept the risk for a time",
    NotApplicable "not-applicable" "say that it does not apply",
    Attest "attest" "say that you checked it by hand",
    Note "note" "write a note for yourself",
    MarkPublic "mark-public" "say that this view is for everybody, or take it back",
    Answer "answer" "answer the question",
    Show "show" "show other states, or another exposure",
    Sort "sort" "order by section, points or file",
    NextPlace "next-place" "next place of evidence",
    PrevPlace "previous-place" "previous place of evidence",
    Accept "accept" "accept this fix",
    Reject "reject" "reject this fix",
    AcceptRest "accept-rest" "accept the safe undecided fixes of this file",
    RejectRest "reject-rest" "reject the undecided fixes of this file",
    AcceptSafe "accept-safe" "accept all safe fixes of the project (asks)",
    MoreContext "more-context" "more lines around the change",
    LessContext "less-context" "fewer lines around the change",
    SideBySide "side-by-side" "before and after side by side",
    Rewrite "rewrite" "change this proposal in your editor",
    SavePatch "save-patch" "save as a patch file instead of writing",
    Confirm "confirm" "yes, do it",
    NextField "next-field" "next field",
    PrevField "previous-field" "previous field",
    Pick "pick" "choose",
    PickNext "pick-next" "the next value",
    PickPrev "pick-previous" "the previous value",
    Press "press" "press the button, or next field",
    Save "save" "save the form",
}

impl Action {
    /// Whether it changes a mark, an answer or a file. Such an action is never run by Enter from a menu.
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::Undo
                | Self::Redo
                | Self::Toggle
                | Self::Accept
                | Self::Reject
                | Self::AcceptRest
                | Self::RejectRest
                | Self::SavePatch
                | Self::MarkPublic
                | Self::Confirm
                | Self::Save
        )
    }
}
