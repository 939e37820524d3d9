//! The line of an HTTP/2 connection's streams that have content and found no room for it.
//!
//! Owns: in which order they are told of room, and whether a stream has to let others go first. Does not own: the room
//! (`carrier.rs`), nor how much a stream may say in its turn (`stream.rs`).
//!
//! A stream that is told keeps its place until it has said something, since its thread may take its time: those behind
//! it use none of the room before, unless nothing waits for the network at all. A stream that comes too early is told
//! again. Invariant: no stream stands in it twice. Threading: behind the carrier's lock.

use std::collections::VecDeque;

use httpsys_core::proto::h2::StreamId;

/// See the module head.
#[derive(Debug, Default)]
pub(crate) struct TurnLine {
    places: VecDeque<TurnPlace>,
}

#[derive(Debug)]
struct TurnPlace {
    stream: StreamId,
    /// It knows that there is room.
    is_told: bool,
}

impl TurnLine {
    /// Whether somebody is to be told when there is room.
    pub(super) fn has_untold(&self) -> bool {
        self.places.iter().any(|place| !place.is_told)
    }

    /// Whether others than this stream want to say something.
    pub(super) fn has_others(&self, stream: StreamId) -> bool {
        self.places.iter().any(|place| place.stream != stream)
    }

    /// Whether others come before this stream.
    pub(super) fn has_others_before(&self, stream: StreamId) -> bool {
        self.places
            .front()
            .is_some_and(|first| first.stream != stream)
    }

    /// The stream found no room: it is told when there is some. It keeps the place that it has.
    pub(crate) fn join(&mut self, stream: StreamId) {
        match self.places.iter_mut().find(|one| one.stream == stream) {
            Some(place) => place.is_told = false,
            None => self.places.push_back(TurnPlace {
                stream,
                is_told: false,
            }),
        }
    }

    /// The stream has had its turn, or wants none.
    #[inline]
    pub(super) fn leave(&mut self, stream: StreamId) {
        if !self.places.is_empty() {
            self.places.retain(|place| place.stream != stream);
        }
    }

    /// There is room for the first `most`: those of them that did not know it.
    pub(super) fn tell(&mut self, most: usize) -> impl Iterator<Item = StreamId> {
        let first = self.places.iter_mut().take(most);
        let untold = first.filter(|place| !place.is_told);
        untold.map(|place| {
            place.is_told = true;
            place.stream
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> StreamId {
        StreamId::new(number).expect("a number of a stream")
    }

    fn told(line: &mut TurnLine, most: usize) -> Vec<u32> {
        line.tell(most).map(StreamId::number).collect()
    }

    #[test]
    fn streams_are_told_in_the_order_in_which_they_came() {
        let mut line = TurnLine::default();
        for number in [1, 3, 5, 3] {
            line.join(id(number));
        }
        assert_eq!(told(&mut line, 2), [1, 3]);
        assert!(told(&mut line, 2).is_empty(), "they know it");
        assert_eq!(told(&mut line, 3), [5]);
        assert!(!line.has_untold());
    }

    #[test]
    fn a_stream_that_was_told_and_found_no_room_is_told_before_those_that_came_later() {
        let mut line = TurnLine::default();
        line.join(id(1));
        line.join(id(3));
        assert_eq!(told(&mut line, 2), [1, 3]);
        // The first uses the room, and wants more.
        line.leave(id(1));
        line.join(id(1));
        line.join(id(3));
        assert_eq!(told(&mut line, 1), [3]);
        line.leave(id(3));
        assert_eq!(told(&mut line, 1), [1]);
    }

    #[test]
    fn a_stream_lets_those_before_it_go_first() {
        let mut line = TurnLine::default();
        assert!(!line.has_others(id(5)) && !line.has_others_before(id(5)));
        line.join(id(1));
        line.join(id(3));
        assert_eq!(told(&mut line, 2), [1, 3]);
        assert!(line.has_others_before(id(5)), "it does not stand in it");
        assert!(line.has_others_before(id(3)));
        assert!(!line.has_others_before(id(1)));
        line.leave(id(1));
        assert!(!line.has_others_before(id(3)));
        assert!(line.has_others(id(1)) && !line.has_others(id(3)));
    }
}
