//! A sign-in by device code for the screen: asks for a code, shows it, waits until somebody has typed it.

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::mailbox::Mailbox;
use crate::app::message::{Message, SignInNews};
use crate::app::model::ShownCode;
use crate::azure::{DeviceSession, SignInError};

/// The sign-in that somebody is at, if any.
pub struct SignIns {
    mailbox: Mailbox,
    handle: Handle,
    task: Option<AbortHandle>,
}

impl SignIns {
    /// None yet.
    pub fn new(mailbox: Mailbox, handle: Handle) -> Self {
        Self { mailbox, handle, task: None }
    }

    /// Begins one, in place of another. `then` is done before the screen hears that somebody is signed in.
    pub fn begin(
        &mut self,
        number: u64,
        session: Result<DeviceSession, SignInError>,
        then: impl FnOnce() + Send + 'static,
    ) {
        self.cancel();
        let mailbox = self.mailbox.clone();
        let task = self.handle.spawn(async move {
            let tell = |news| mailbox.send(Message::SignIn(number, news));
            let signed_in = async {
                let flow = session?.begin().await?;
                tell(SignInNews::Code(ShownCode {
                    code: flow.prompt.code.clone(),
                    address: flow.prompt.address.clone(),
                    until: flow.prompt.until,
                }));
                flow.wait().await
            };
            match signed_in.await {
                Ok(()) => {
                    then();
                    tell(SignInNews::Done);
                }
                Err(error) => tell(SignInNews::Failed(error.to_string().into())),
            }
        });
        self.task = Some(task.abort_handle());
    }

    /// Nobody waits for it any more.
    pub fn cancel(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}
