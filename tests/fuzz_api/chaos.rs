//! Threads that serve nobody: cancels from outside, changes of everything, pranks.
//!
//! Owns: what is changed where: on a site that is not lenient only what breaks nothing. Does not own
//! the calls that must be refused ([`crate::illegal`]). Threading: one thread each.

use std::time::Duration;

use httpsys_tests::door::{Limits, State, Timeouts, Verbosity};
use httpsys_tests::raw::{self, Text};
use windows_sys::Win32::Networking::HttpServer as http;

use crate::caller::Caller;
use crate::findings::{count, finding};
use crate::illegal;
use crate::random::Random;
use crate::site::{Class, Site, set_limits};
use crate::watch::{Call, during};
use crate::world::World;

/// Cancels requests that others work on, until the load ends.
pub(crate) fn cancel(world: &World) {
    let random = Random::of(world.seed ^ world.round, 1);
    let mut caller = Caller {
        world,
        site: &world.sites[0],
        random,
    };
    while !world.ledger.is_closing() {
        let at = caller.random.index(world.sites.len());
        caller.site = &world.sites[at];
        if let Some((token, id)) = caller.site.a_live_request(&mut caller.random) {
            if world.ledger.cancels(token) {
                let code = caller.cancel(caller.site.queue(), id);
                world.ledger.cancel_returned(&world.plan(token), code);
                count(format!("cancels from outside: {code}"), 1);
                let ends = caller.site.class.is_lenient() || world.ledger.is_closing();
                if !matches!(code, 0 | 1229) && !ends {
                    finding!("{token:x?}: a cancel gives {code}");
                }
            }
        }
        let pause = caller.random.within(1, 20);
        std::thread::sleep(Duration::from_millis(pause));
    }
}

/// Changes and asks, until the load ends.
pub(crate) fn change(world: &World) {
    let mut random = Random::of(world.seed ^ world.round, 2);
    while !world.ledger.is_closing() {
        for site in &world.sites {
            match site.class {
                Class::Chaos if random.once_in(4) => turn_over(world, site, &mut random),
                Class::Throttled if random.once_in(10) && !world.is_over() => {
                    let rate = random.within(300_000, 3_000_000) as u32;
                    set_limits(site.group(), Limits::default().bandwidth(rate));
                }
                Class::Limited if random.once_in(4) && !world.is_over() => limit(site, &mut random),
                _ => {}
            }
        }
        ask(world, &mut random);
        for _ in 0..random.below(4) {
            illegal::prank(world, &mut random);
        }
        std::thread::sleep(Duration::from_millis(random.within(1, 10)));
    }
}

/// Takes something away under those who use it, and gives it back.
fn turn_over(world: &World, site: &Site, random: &mut Random) {
    let (queue, group) = (site.queue(), site.group());
    let kind = random.below(9);
    match kind {
        0 => {
            let old = site.new_queue();
            if random.once_in(2) {
                during(Call::Shutdown, 0, || raw::shutdown_queue(old));
            }
            let closed = during(Call::Queue, 0, || raw::close_queue(old));
            if closed != 0 && !world.ledger.is_closing() {
                finding!("HttpCloseRequestQueue gives {closed}");
            }
        }
        1 => {
            during(Call::Url, 0, || {
                raw::remove_url_from_group(group, Some(&site.url()), 0)
            });
            during(Call::Url, 0, || {
                raw::add_url_to_group(group, &site.url(), 7)
            });
        }
        2 => {
            let closed = during(Call::Group, 0, || raw::close_group(group));
            if closed != 0 && !world.ledger.is_closing() {
                finding!("HttpCloseUrlGroup gives {closed}");
            }
            site.new_group();
        }
        3 => {
            for state in [State::Inactive, State::Active] {
                let info = raw::state_info(state);
                during(Call::SetProperty, 0, || {
                    raw::set_group_property(group, http::HttpServerStateProperty, &info)
                });
            }
        }
        4 => {
            during(Call::SetProperty, 0, || raw::bind(group, None));
            during(Call::SetProperty, 0, || raw::bind(group, Some(queue)));
        }
        5 => {
            let connections = random.pick(&[1, 3, u32::MAX]);
            let bandwidth = random.pick(&[100_000, 1_000_000, u32::MAX]);
            let limits = Limits::default()
                .connections(connections)
                .bandwidth(bandwidth);
            set_limits(group, limits);
        }
        6 => {
            let timeouts = Timeouts {
                entity_body: random.pick(&[0, 5]),
                ..Timeouts::default()
            };
            let info = raw::timeouts_info(timeouts);
            during(Call::SetProperty, 0, || {
                raw::set_group_property(group, http::HttpServerTimeoutsProperty, &info)
            });
        }
        7 => {
            let verbosity = raw::verbosity_value(random.pick(&[
                Verbosity::Basic,
                Verbosity::Limited,
                Verbosity::Full,
            ]));
            during(Call::SetProperty, 0, || {
                raw::set_queue_property(queue, http::HttpServer503VerbosityProperty, &verbosity)
            });
        }
        _ => {
            during(Call::SetProperty, 0, || {
                let property = http::HttpServerQueueLengthProperty;
                raw::set_queue_property(queue, property, &random.pick(&[10_u32, 1000]))
            });
        }
    }
    count(format!("changes of kind {kind}"), 1);
}

fn limit(site: &Site, random: &mut Random) {
    let verbosity = [Verbosity::Basic, Verbosity::Limited, Verbosity::Full];
    let verbosity = raw::verbosity_value(random.pick(&verbosity));
    during(Call::SetProperty, 0, || {
        let property = http::HttpServer503VerbosityProperty;
        raw::set_queue_property(site.queue(), property, &verbosity)
    });
    let connections = random.within(1, 8) as u32;
    set_limits(site.group(), Limits::default().connections(connections));
}

/// Questions change nothing.
fn ask(world: &World, random: &mut Random) {
    let site = &world.sites[random.index(world.sites.len())];
    match random.below(20) {
        0 => drop(during(Call::Counters, 0, || raw::text(Text::Prometheus))),
        1 => drop(during(Call::Counters, 0, || raw::text(Text::ServiceState))),
        2 | 3 => {
            let length = random.index(40);
            let query = raw::group_query(site.group(), http::HttpServerTimeoutsProperty);
            during(Call::QueryProperty, 0, || {
                raw::query_into(&query, 0, length)
            });
        }
        4 | 5 => {
            let query = raw::queue_query(site.queue(), http::HttpServerQueueLengthProperty);
            during(Call::QueryProperty, 0, || raw::query_into(&query, 0, 4));
        }
        6 => {
            let found = during(Call::QueryProperty, 0, || {
                raw::find_url_group(site.queue(), &site.url())
            });
            let expected = Ok(site.group());
            let ends = site.class.is_lenient() || world.ledger.is_closing();
            if !ends && found != expected {
                finding!(
                    "HttpFindUrlGroupId of {} gives {found:?}, not {expected:?}",
                    site.url()
                );
            }
        }
        7 => {
            let (bound, closed) = during(Call::Session, 0, || {
                let session = raw::create_session(raw::V2).expect("a session");
                let group = raw::create_group(session).expect("a group");
                let bound = raw::bind(group, Some(world.sites[0].queue()));
                (bound, raw::close_session(session))
            });
            // The queue may be closed by now.
            if closed != 0 || (bound != 0 && !world.ledger.is_closing()) {
                finding!("a group is bound with {bound}, its session closed with {closed}");
            }
        }
        _ => {}
    }
}
