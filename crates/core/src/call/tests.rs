//! What a call shows of itself.

use super::*;
use crate::ids::{ConnectionId, OperationId, RequestId, ServerSessionId, UrlGroupId};
use crate::property::Property;

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[test]
fn each_call_is_one_readable_line() {
    let add = Control::AddUrlToUrlGroup {
        group: UrlGroupId(2),
        url: utf16("http://+:80/a\n"),
        context: 16,
    };
    let text = r#"HttpAddUrlToUrlGroup group=2 url="http://+:80/a\n" context=0x10"#;
    assert_eq!(add.to_string(), text);
    assert_eq!(format!("{:?}", Call::Control(add)), text);
    let limit = Control::SetServerSessionProperty {
        session: ServerSessionId(1),
        property: Property::Bandwidth(Some(1024)),
    };
    assert_eq!(
        limit.to_string(),
        "HttpSetServerSessionProperty session=1 Bandwidth(Some(1024))"
    );
    let find = Query::FindUrlGroup {
        queue: QueueId(3),
        url: utf16("http://h:1/"),
    };
    assert_eq!(
        find.to_string(),
        r#"HttpFindUrlGroupId queue=3 url="http://h:1/""#
    );
    let receive = Receive {
        request: RequestId::NULL,
        copy_body: true,
        flush_body: false,
    };
    let call = Call::Queue {
        queue: QueueId(3),
        handle: HandleId(4),
        call: QueueCall::Receive(receive),
    };
    assert_eq!(
        call.to_string(),
        "HttpReceiveHttpRequest next COPY_BODY queue=3 handle=4"
    );
    let send = SendResponse {
        request: RequestId(0x1f),
        disconnect: true,
        more_data: true,
        opaque: false,
        go_away: false,
    };
    assert_eq!(
        QueueCall::SendEntityBody(send).to_string(),
        "HttpSendResponseEntityBody request=0x1f DISCONNECT MORE_DATA"
    );
}

#[test]
fn a_call_says_where_it_waits() {
    let connection = ConnectionId(0x123_4567);
    let wait = QueueCall::WaitForDisconnect(WaitForDisconnect { connection });
    assert_eq!(wait.place(), Some(connection.place()));
    assert_eq!(QueueCall::WaitForDemandStart.place(), None);
    let cancel = QueueCall::CancelOperation {
        operation: OperationId(9),
        place: wait.place(),
    };
    assert_eq!(cancel.place(), wait.place());
    assert_eq!(cancel.to_string(), "CancelIoEx operation=9");
}

#[test]
fn an_answer_gives_the_value_that_was_asked_for_and_no_other() {
    assert_eq!(u16::try_from(QueryAnswer::Port(80)), Ok(80));
    assert_eq!(u16::try_from(QueryAnswer::Done), Err(Error::Internal));
    let failed = Completion::Query(Err(Error::NotFound));
    assert_eq!(failed.error(), Some(Error::NotFound));
    assert_eq!(Completion::Queue(Ok(1)).error(), None);
}
