//! Records of the configuration between the store and the object model.
//!
//! Owns: when the store is looked at, changes of records, and what is noted of a store that cannot be read. Does not
//! own: the records (`httpsys_core`), the store (`httpsys-configuration`), nor which certificates they bind
//! (`bindings.rs`). Invariant: what is in the model is what
//! the store said last; a change that the store does not keep is not in force. Threading: the store's lock is
//! taken before the model's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use httpsys_configuration::StoreError;
use httpsys_core::Error;
use httpsys_core::call::{Control, Outcome};
use httpsys_core::configuration::{CacheParameter, Change, Configuration};
use httpsys_core::model::Effects;
use httpsys_core::records::Records;

use crate::control::refused::Refused;
use crate::observe::reason;
use crate::service::Service;

/// Noted, with an event: nobody else knows more.
impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::from(report(&error))
    }
}

#[cold]
fn report(error: &StoreError) -> Error {
    let code = error.error();
    let (name, number) = (code.name(), code.win32());
    tracing::error!(reason = %format_args!("{error}: {name} ({number})"), "configuration");
    reason::note(error.to_string(), code, true);
    code
}

/// Whether a call changes records of the configuration.
pub(crate) fn is_change_of_records(call: &Control) -> bool {
    matches!(
        call,
        Control::AddReservation(_) | Control::RemoveReservation { .. } | Control::Configure(_)
    )
}

/// Whether records decide about a call.
pub(crate) fn depends_on_records(call: &Control) -> bool {
    matches!(
        call,
        Control::AddUrlToUrlGroup { .. }
            | Control::AddUrl { .. }
            | Control::CreateServerSession { .. }
            | Control::CreateHttpHandle
    )
}

impl Service {
    /// Puts in force what the store has now.
    ///
    /// # Errors
    /// Why it cannot be read; what it said last is in force still.
    pub(crate) fn refresh_records(&self) -> Result<(), Error> {
        self.check_process()?;
        let store = self.configuration_store();
        let looked = store.with_records(|records, revision| self.adopt_records(records, revision));
        looked.map_err(|error| report(&error))?;
        self.bind_certificates();
        Ok(())
    }

    /// Makes a change in the store and in the model, or in neither.
    pub(crate) fn change_records(&self, call: Control) -> Result<(Outcome, Effects), Refused> {
        self.check_process()?;
        if let Control::Configure(Change::AddSsl(record) | Change::UpdateSsl(record)) = &call {
            let endpoint = record.key.to_string();
            // A record that is not valid is refused for that.
            if record.check().is_ok() {
                let now = self.wall_time();
                for warning in self.configuration_store().check(record, now)? {
                    tracing::warn!(endpoint, warning, "clients may refuse the certificate");
                }
            }
        }
        let mut effects = Effects::default();
        let store = self.configuration_store();
        let changed = store.change(|records| {
            let mut state = self.objects().lock();
            state.adopt(records.clone());
            let applied = state.model.apply(call, &mut effects);
            state.follow(&effects);
            self.published().publish(state.routes());
            let outcome = applied.map_err(|error| {
                let refusal = effects.refusal.take();
                Refused { error, refusal }
            })?;
            *records = state.model.records().clone();
            Ok::<Outcome, Refused>(outcome)
        });
        // After a failure as well: what was not written is not in force.
        store.with_last_records(|records, revision| self.adopt_records(records, revision));
        let outcome = changed?;
        self.bind_certificates();
        Ok((outcome, effects))
    }

    /// The configuration in force, as far as it is no reservation, also when the store cannot be read.
    #[must_use]
    pub fn configuration_in_force(&self) -> Configuration {
        if self.is_inherited() {
            return Configuration::default();
        }
        self.objects().lock().model.configuration().clone()
    }

    /// The time of the service's clock.
    pub(crate) fn wall_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.clock().unix_seconds())
    }

    fn adopt_records(&self, records: &Records, revision: u64) {
        let mut state = self.objects().lock();
        if state.records == revision {
            return;
        }
        state.records = revision;
        state.adopt(records.clone());
        self.published().publish(state.routes());
        self.limit_cache(state.model.configuration());
    }

    /// The cache keeps what the records allow.
    pub(crate) fn limit_cache(&self, configuration: &Configuration) {
        let most = configuration.cache_parameter(CacheParameter::MaxCacheResponseSize);
        let now = self.clock().millis();
        self.cache().set_max_response(most, self.parameters(), now);
    }
}
