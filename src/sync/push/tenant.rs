//! The tenant signed in to, as the push worker asks for it: beside everything else, since a sign-in may take longer than a
//! lease lasts.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use crate::domain::SafeText;
use crate::sync::source::Source;
use crate::sync::trouble::Obstacle;

type Answer = Result<SafeText, Obstacle>;

/// Who is signed in: asked anew for each look at what may start.
#[derive(Default)]
pub(super) struct SignedIn {
    asking: Option<Pin<Box<dyn Future<Output = Answer> + Send>>>,
    known: Option<Answer>,
}

impl SignedIn {
    /// Asks, unless it is asked or known. A token that is there answers at once; for any other see [`Self::answered`].
    pub(super) async fn ask(&mut self, source: &Source) {
        if self.known.is_some() {
            return;
        }
        let asking = self.asking.get_or_insert_with(|| {
            let source = source.clone();
            Box::pin(async move { source.tenant().await.map_err(|error| Obstacle::of(&error)) })
        });
        if let Poll::Ready(answer) = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await {
            (self.asking, self.known) = (None, Some(answer));
        }
    }

    /// Returns when what was asked is known; never when nothing was.
    pub(super) async fn answered(&mut self) {
        match &mut self.asking {
            Some(asking) => {
                let answer = asking.as_mut().await;
                (self.asking, self.known) = (None, Some(answer));
            }
            None => std::future::pending().await,
        }
    }

    /// True when the next [`Self::take`] has an answer.
    pub(super) fn is_known(&self) -> bool {
        self.known.is_some()
    }

    /// The answer, once.
    pub(super) fn take(&mut self) -> Option<Answer> {
        self.known.take()
    }
}
