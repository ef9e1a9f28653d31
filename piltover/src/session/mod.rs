//! Sessions: message ids, sequence numbers, salts, acknowledgments, containers, service messages. A state
//! machine that outlives connections and has no sockets: decrypted messages in, events and messages out.
//!
//! - <https://core.telegram.org/mtproto/description>
//! - <https://core.telegram.org/mtproto/service_messages>
//! - <https://core.telegram.org/mtproto/service_messages_about_messages>

mod container;
pub mod gzip;
mod incoming;
mod live;
mod machine;
mod outgoing;
mod registry;
mod rules;
mod salts;

pub use live::{Key, KeyRecord, Live, SessionRecord};
pub use machine::{Event, Session};
pub use registry::Registry;
pub use rules::Rule;
pub use salts::Salts;

/// `msg_container#73f1f8dc messages:vector<message> = MessageContainer`
const MSG_CONTAINER: u32 = 0x73f1_f8dc;
/// `rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult`
const RPC_RESULT: u32 = 0xf35c_6d01;
