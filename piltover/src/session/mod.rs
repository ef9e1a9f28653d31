//! Sessions: message ids, sequence numbers, salts, acknowledgments, containers, service messages. A state
//! machine that outlives connections and has no sockets: decrypted messages in, events and messages out.
//!
//! - <https://core.telegram.org/mtproto/description>
//! - <https://core.telegram.org/mtproto/service_messages>
//! - <https://core.telegram.org/mtproto/service_messages_about_messages>

pub(crate) mod container;
pub mod gzip;
mod incoming;
mod key;
mod live;
mod machine;
mod outgoing;
mod registry;
mod salts;
mod unused;
mod waiters;

pub use key::{Key, KeyRecord};
pub use live::{Attached, Live, Port, SessionRecord};
pub use machine::{DestroyedKey, Event, HttpWait, Session};
pub use registry::Registry;
pub use salts::Salts;
pub use waiters::Waiting;

/// `msg_container#73f1f8dc messages:vector<message> = MessageContainer`
const MSG_CONTAINER: u32 = 0x73f1_f8dc;
/// `msg_copy#e06046b2 orig_message:Message = MessageCopy`
const MSG_COPY: u32 = 0xe060_46b2;
/// `rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult`
const RPC_RESULT: u32 = 0xf35c_6d01;
/// `rpc_error#2144ca19 error_code:int error_message:string = RpcError`
const RPC_ERROR: u32 = 0x2144_ca19;
