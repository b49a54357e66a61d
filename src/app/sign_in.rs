//! Signing in by device code: a code on this screen, typed into a browser on any machine.

use chrono::{DateTime, Utc};

use crate::app::command::{App, Command};
use crate::app::effect::SignInOrder;
use crate::app::key::{Code, Key};
use crate::app::message::SignInNews;
use crate::app::model::{CodeStage, DeviceCode, FirstRunStep, Model, Overlay, ShownCode};
use crate::app::notice::{fail, say};
use crate::app::overlays::{close, no_key};
use crate::app::{Effect, Effects};
use crate::domain::progress::FaultKind;

/// The keys of a code.
pub(super) fn hints(code: &DeviceCode) -> &'static [(&'static str, &'static str)] {
    match code.stage {
        CodeStage::Asked => &[("Esc", "give up")],
        CodeStage::Shown(_) => &[("y", "copy the code"), ("Esc", "give up")],
        CodeStage::Failed(_) => &[("Enter", "ask for a new code"), ("Esc", "back")],
    }
}

/// What a key asks for.
pub(super) enum Pressed {
    /// Nothing.
    Nothing,
    /// To copy the code.
    Copy(ShownCode),
    /// A new code.
    Again,
    /// To give up.
    GiveUp,
}

/// A key while a code is on the screen.
pub(super) fn pressed(code: &DeviceCode, key: Key) -> Pressed {
    match (&code.stage, key.unmodified()) {
        (_, Some(Code::Esc)) => Pressed::GiveUp,
        (CodeStage::Shown(shown), Some(Code::Char('y' | 'c'))) => Pressed::Copy(shown.clone()),
        (CodeStage::Failed(_), Some(Code::Enter)) => Pressed::Again,
        _ => Pressed::Nothing,
    }
}

/// Puts the code on the clipboard of the terminal.
pub(super) fn copy(model: &mut Model, shown: &ShownCode, out: &mut Effects) {
    out.push(Effect::Copy(shown.code.raw().to_owned()));
    say(model, "sent the code to the terminal's clipboard", out);
}

/// Signs in anew, over whatever is open.
pub(super) fn open(model: &mut Model, out: &mut Effects) {
    begin(model, None, out);
}

/// Asks for a code, after so many attempts that did not work.
fn begin(model: &mut Model, failed: Option<(u32, DateTime<Utc>)>, out: &mut Effects) {
    if !model.overlays.iter().any(|overlay| matches!(overlay, Overlay::SignIn(_))) {
        let number = model.next_serial();
        model.overlays.push(Overlay::SignIn(DeviceCode { number, failed, stage: CodeStage::Asked }));
        out.push(Effect::SignIn(SignInOrder::Again { number }));
    }
}

/// A key for the overlay.
pub(super) fn key(model: &mut Model, key: Key, out: &mut Effects) {
    let Some(Overlay::SignIn(code)) = model.overlays.last() else { return };
    let failed = code.failed;
    // As in every other box; on the first run `q` leaves the program.
    let what = if key == Key::char('q') { Pressed::GiveUp } else { pressed(code, key) };
    match what {
        Pressed::Nothing => no_key(model, key, out),
        Pressed::Copy(shown) => copy(model, &shown, out),
        Pressed::Again => {
            close(model);
            begin(model, failed, out);
        }
        Pressed::GiveUp => {
            close(model);
            out.push(Effect::SignIn(SignInOrder::Cancel));
            let again = model.settings.keymap.said(Command::App(App::Sync));
            say(model, format!("not signed in; {again} asks again"), out);
        }
    }
}

/// Something is heard of a sign-in.
pub(super) fn heard(model: &mut Model, number: u64, news: SignInNews, out: &mut Effects) {
    if let Some(first_run) = &mut model.first_run {
        let FirstRunStep::Code(code) = &mut first_run.step else { return };
        if code.number != number {
            return;
        }
        match stage(news) {
            Some(stage) => code.reach(stage, model.now.utc),
            None => crate::app::first_run::list(model, out),
        }
        return;
    }
    let place = model
        .overlays
        .iter()
        .position(|overlay| matches!(overlay, Overlay::SignIn(code) if code.number == number));
    let Some(place) = place else { return };
    if let Some(stage) = stage(news) {
        if let Some(Overlay::SignIn(code)) = model.overlays.get_mut(place) {
            code.reach(stage, model.now.utc);
        }
    } else {
        model.overlays.remove(place);
        model.sync.fault = None;
        model.sync.wished = true;
        say(model, "signed in", out);
    }
}

/// The stage that news lead to; none when somebody has signed in.
fn stage(news: SignInNews) -> Option<CodeStage> {
    match news {
        SignInNews::Code(shown) => Some(CodeStage::Shown(shown)),
        SignInNews::Failed(why) => Some(CodeStage::Failed(why)),
        SignInNews::Done => None,
    }
}

/// Whether nobody is signed in, as far as the workers said.
pub(super) fn signed_out(model: &Model) -> bool {
    let sync = &model.sync;
    let faults = sync.fault.iter().chain(&sync.push_fault);
    let of_each = sync.subscriptions.iter().filter_map(|state| state.fault.as_ref());
    faults.chain(of_each).any(|fault| fault.kind == FaultKind::SignIn)
}

/// Whether the profile that is open signs in by a code.
pub(super) fn by_code(model: &Model) -> bool {
    model.session.as_ref().is_some_and(|session| session.device_code)
}

/// A worker met the want of a sign-in: where a code helps, it is offered once by itself, unless somebody is at work.
pub(super) fn missed(model: &mut Model, out: &mut Effects) {
    if by_code(model) && !model.sync.offered && model.overlays.is_empty() && !model.filter.editing {
        model.sync.offered = true;
        open(model, out);
    }
}

/// Signs in anew where a code does it, else says what does.
pub(super) fn run(model: &mut Model, out: &mut Effects) {
    if by_code(model) {
        open(model, out);
    } else {
        let why =
            "this profile signs in without a code; sign-in = \"device-code\" in the config changes that";
        fail(model, why, out);
    }
}
