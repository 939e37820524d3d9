//! Overlapped calls that wait: each tells once how it goes on.
//!
//! Owns: the operations' own side of the engine's traits. That they are end_reported at most once is in the
//! type; that they are end_reported at all is what `expect` sees.

use std::sync::mpsc::{self, Receiver, Sender};

use httpsys_core::call::{ReceiveEntityBody, SendResponse, WaitForDisconnect};
use httpsys_core::ids::SlotAddress;
use httpsys_core::{ConnectionId, Error, OperationId, RequestId};
use httpsys_engine::{
    Chunk, Operation, PendingOperation, PendingSend, QueueHandle, ReadOperation, Service, Signal,
    Started,
};
use httpsys_proto::ResponseParts;

use crate::PATIENCE;
use crate::world::World;

/// What a call that waits is end_reported.
#[derive(Debug)]
pub(crate) struct Told<T> {
    receiver: Receiver<T>,
    id: OperationId,
    place: SlotAddress,
}

impl<T: PartialEq + std::fmt::Debug> Told<T> {
    /// It is end_reported this, and nothing more.
    #[track_caller]
    pub(crate) fn expect(self, wanted: &T) {
        assert_eq!(&self.get(), wanted);
    }

    #[track_caller]
    pub(crate) fn get(self) -> T {
        let end_reported = self
            .receiver
            .recv_timeout(PATIENCE)
            .expect("it is end_reported");
        assert!(
            self.receiver.recv_timeout(PATIENCE).is_err(),
            "end_reported twice"
        );
        end_reported
    }

    /// It still waits.
    #[track_caller]
    pub(crate) fn expect_nothing(&self) {
        assert_eq!(self.receiver.try_recv(), Err(mpsc::TryRecvError::Empty));
    }
}

struct Tells(Sender<Signal>);

impl Operation for Tells {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl PendingOperation for Tells {
    fn signal(self, signal: Signal) {
        let _ = self.0.send(signal);
    }
}

struct Reads<'a> {
    tell: Sender<Signal>,
    out: &'a mut [u8],
    got: &'a mut usize,
}

impl Operation for Reads<'_> {
    type Kept = Tells;

    fn keep(self, _: OperationId) -> Result<Tells, (Self, Error)> {
        Ok(Tells(self.tell))
    }
}

impl ReadOperation for Reads<'_> {
    fn buffer(&mut self) -> (&mut [u8], &mut usize) {
        (self.out, self.got)
    }
}

struct Sending {
    tell: Sender<Result<u64, Error>>,
    body: &'static [u8],
}

impl PendingSend for Sending {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&[Chunk::Memory(self.body)]);
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        let _ = self.tell.send(result);
    }
}

impl World {
    /// CancelIoEx. False when the call does not wait any more.
    pub(crate) fn take_back<T>(&self, call: &Told<T>) -> bool {
        self.service
            .cancel_operation(&self.queue, call.id, Some(call.place))
    }

    /// Reads into `out`: the bytes, or a read that waits.
    pub(crate) fn read(
        &self,
        request: RequestId,
        out: &mut [u8],
    ) -> Result<Result<usize, Told<Signal>>, Error> {
        self.read_as(request, out, &mut 0, false)
    }

    pub(crate) fn read_as(
        &self,
        request: RequestId,
        out: &mut [u8],
        got: &mut usize,
        fill_buffer: bool,
    ) -> Result<Result<usize, Told<Signal>>, Error> {
        let (tell, end_reported) = mpsc::channel();
        let call = ReceiveEntityBody {
            request,
            fill_buffer,
        };
        let reads = Reads { tell, out, got };
        match self
            .service
            .try_receive_entity_body(&self.queue, &call, reads)
        {
            Started::Done(_, read) => read.map(Ok),
            Started::Pending(id) => Ok(Err(Told {
                receiver: end_reported,
                id,
                place: request.place(),
            })),
        }
    }

    /// A read that has to wait.
    #[track_caller]
    pub(crate) fn waiting_read(&self, request: RequestId) -> Told<Signal> {
        match self.read(request, &mut [0; 16]) {
            Ok(Err(end_reported)) => end_reported,
            Ok(Ok(bytes)) => panic!("{bytes} bytes are there"),
            Err(error) => panic!("{error}"),
        }
    }

    /// A wait for the end of the connection.
    #[track_caller]
    pub(crate) fn disconnect_wait(&self, connection: ConnectionId) -> Told<Signal> {
        let (tell, end_reported) = mpsc::channel();
        let wait = WaitForDisconnect { connection };
        let waits = self
            .service
            .try_wait_for_disconnect(&self.queue, &wait, Tells(tell));
        let Started::Pending(id) = waits else {
            panic!("it does not wait");
        };
        Told {
            receiver: end_reported,
            id,
            place: connection.place(),
        }
    }

    /// A whole response with a body that no socket holds: a send that has to wait.
    #[track_caller]
    pub(crate) fn waiting_send(
        &self,
        request: RequestId,
        body: &'static [u8],
    ) -> Told<Result<u64, Error>> {
        self.waiting_send_on(&self.queue, request, body, false)
    }

    #[track_caller]
    pub(crate) fn waiting_send_on(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        body: &'static [u8],
        more_data: bool,
    ) -> Told<Result<u64, Error>> {
        let sent = self.send_on(queue, request, body, more_data);
        sent.expect_err("it waits")
    }

    /// A response, or its beginning: its bytes, or a send that waits.
    #[track_caller]
    pub(crate) fn whole(
        &self,
        request: RequestId,
        body: &'static [u8],
        more_data: bool,
    ) -> Result<u64, Told<Result<u64, Error>>> {
        self.send_on(&self.queue, request, body, more_data)
    }

    #[track_caller]
    fn send_on(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        body: &'static [u8],
        more_data: bool,
    ) -> Result<u64, Told<Result<u64, Error>>> {
        let (tell, end_reported) = mpsc::channel();
        let mut head = ResponseParts::new();
        head.begin(200, b"OK").expect("a status");
        let call = SendResponse {
            request,
            disconnect: false,
            more_data,
            opaque: false,
            go_away: false,
        };
        let mut id = OperationId(0);
        let sent = self.service.try_send_response(
            queue,
            &call,
            &mut head,
            &[Chunk::Memory(body)],
            None,
            &mut |operation| {
                id = operation;
                let tell = tell.clone();
                Ok(Box::new(Sending { tell, body }))
            },
        );
        sent.expect("a send").ok_or(Told {
            receiver: end_reported,
            id,
            place: request.place(),
        })
    }

    /// A further part of a response that is not the last.
    #[track_caller]
    pub(crate) fn part(
        &self,
        request: RequestId,
        body: &'static [u8],
    ) -> Result<u64, Told<Result<u64, Error>>> {
        let (tell, end_reported) = mpsc::channel();
        let call = SendResponse {
            request,
            disconnect: false,
            more_data: true,
            opaque: false,
            go_away: false,
        };
        let mut id = OperationId(0);
        let sent = self.service.try_send_entity_body(
            &self.queue,
            &call,
            &[Chunk::Memory(body)],
            None,
            &mut |operation| {
                id = operation;
                let tell = tell.clone();
                Ok(Box::new(Sending { tell, body }))
            },
        );
        sent.expect("a send").ok_or(Told {
            receiver: end_reported,
            id,
            place: request.place(),
        })
    }
}
