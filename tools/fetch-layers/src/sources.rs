//! Which schema file comes from which package. One row is all that another layer needs.

use std::fmt;

/// A registry of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    /// Source distributions on PyPI.
    PyPi,
    /// Crates on crates.io.
    CratesIo,
    /// Packages on the npm registry.
    Npm,
}

/// How a package holds its schema; paths are below the archive's top folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a TL file.
    Tl(&'static str),
    /// Quoted in the docstrings of generated Python code below this folder.
    Docstrings(&'static str),
    /// Only as generated Python code below this folder, which is turned back to TL.
    Python(&'static str),
    /// The schema of secret chats, as a namespace of such code.
    Secret(&'static str),
    /// As a JSON file.
    Json(&'static str),
}

impl Form {
    /// The file or the folder.
    pub fn path(self) -> &'static str {
        match self {
            Self::Tl(path)
            | Self::Docstrings(path)
            | Self::Python(path)
            | Self::Secret(path)
            | Self::Json(path) => path,
        }
    }
}

/// A project whose packages hold schemas.
#[derive(Debug, PartialEq, Eq)]
pub struct Project {
    /// Where it publishes.
    pub registry: Registry,
    /// Its name there.
    pub name: &'static str,
    /// How its packages hold the schema.
    pub form: Form,
    /// Definitions that it adds to every layer, and that are left out.
    pub foreign: &'static [&'static str],
}

/// Where one schema file comes from.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The name of the file: the layer, or `mtproto` and `secret` for the schemas without layers.
    pub name: &'static str,
    /// The project.
    pub project: &'static Project,
    /// The package's version.
    pub version: &'static str,
    /// The SHA-256 of the package's archive, in hex.
    pub sha256: &'static str,
    /// Definitions that this version of the project has added to the layer, and that are left out.
    pub foreign: &'static [&'static str],
    /// Definitions that it lacks, or has in another form, with the layer whose source has them.
    pub amended: &'static [(&'static str, &'static str)],
    /// The layer of the package's schema, where that is a neighbour of this one: nobody has published this one, but it is
    /// known which ids stood in it, and all of their texts are in the neighbour, or amended.
    pub neighbour: Option<u32>,
}

impl Source {
    /// The layer; none for the schemas without layers.
    pub fn layer(&self) -> Option<u32> {
        self.name.parse().ok()
    }

    /// Whether a definition is none of the schema. What was amended, is.
    pub fn is_foreign(&self, name: &str) -> bool {
        let is_amended = self.amended.iter().any(|(amended, _)| *amended == name);
        !is_amended && (self.foreign.contains(&name) || self.project.foreign.contains(&name))
    }

    /// The package, as `pypi:telethon@1.45.0`.
    pub fn package(&self) -> String {
        let registry = match self.project.registry {
            Registry::PyPi => "pypi",
            Registry::CratesIo => "crates.io",
            Registry::Npm => "npm",
        };
        format!("{registry}:{}@{}", self.project.name, self.version)
    }

    /// Where the schema comes from: the package, and the neighbour of which it is made.
    pub fn origin(&self) -> String {
        match self.neighbour {
            Some(neighbour) => format!("{}, from layer {neighbour}", self.package()),
            None => self.package(),
        }
    }

    const fn without(self, foreign: &'static [&'static str]) -> Self {
        Self { foreign, ..self }
    }

    const fn made_of(self, neighbour: u32) -> Self {
        Self { neighbour: Some(neighbour), ..self }
    }

    const fn with(self, amended: &'static [(&'static str, &'static str)]) -> Self {
        Self { amended, ..self }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.package(), self.project.form.path())
    }
}

/// The source of the service schema, whose definitions belong to no layer.
pub const SERVICE: &str = "mtproto";

/// The source of the schema of secret chats, whose layers are of its own.
pub const SECRET: &str = "secret";

const fn of(
    name: &'static str,
    project: &'static Project,
    version: &'static str,
    sha256: &'static str,
) -> Source {
    Source { name, project, version, sha256, foreign: &[], amended: &[], neighbour: None }
}

const fn pyrogram(name: &'static str, foreign: &'static [&'static str]) -> Project {
    Project { registry: Registry::PyPi, name, form: Form::Tl("compiler/api/source/main_api.tl"), foreign }
}

const fn telethon(form: Form) -> Project {
    fork_of_telethon("telethon", form)
}

const fn fork_of_telethon(name: &'static str, form: Form) -> Project {
    Project {
        registry: Registry::PyPi,
        name,
        form,
        foreign: &["dummyHttpWait", "rsaPublicKey", "test.dummyFunction"],
    }
}

const fn grammers(file: &'static str) -> Project {
    Project { registry: Registry::CratesIo, name: "grammers-tl-types", form: Form::Tl(file), foreign: &[] }
}

static PYROGRAM: Project = pyrogram("pyrogram", &[]);
static HYDROGRAM: Project = pyrogram("hydrogram", &[]);
static KURIGRAM: Project = pyrogram("kurigram", LEGACY);
static PYROFORK: Project = pyrogram("pyrofork", &["messages.getAllChats"]);
static PYROTGFORK: Project = pyrogram("pyrotgfork", LEGACY);
static TJGRAM: Project = pyrogram("tjgram", LEGACY);
static TELETHON_DOCS: Project = telethon(Form::Docstrings("telethon/tl"));
static TELETHON: Project = telethon(Form::Python("telethon/tl"));
static TELETHON_SECRET: Project = telethon(Form::Secret("telethon/tl"));
static ELYSTL: Project = fork_of_telethon("elystl", Form::Python("elystl/tl"));
static ASTRALIX: Project = fork_of_telethon("astralix-tl", Form::Tl("telethon_generator/data/api.tl"));
static GRAMMERS: Project = grammers("tl/api.tl");
static GRAMMERS_SERVICE: Project = grammers("tl/mtproto.tl");
static GRAMJS: Project =
    Project { registry: Registry::Npm, name: "telegram", form: Form::Tl("tl/static/api.tl"), foreign: &[] };
static MTCUTE: Project = Project {
    registry: Registry::Npm,
    name: "@mtcute/tl",
    form: Form::Json("api-schema.json"),
    foreign: LEGACY,
};

/// Taken over from TDLib's schema: older constructors under other names, and what comes to a client outside
/// of the API, so that their ids are not those of their texts.
const LEGACY: &[&str] = &[
    "mtcute.customMethod",
    "test.useConfigSimple",
    "accessPointRule",
    "help.configSimple",
    "inputPeerPhotoFileLocationLegacy",
    "inputStickerSetThumbLegacy",
    "invokeWithApnsSecretPrefix",
    "invokeWithBusinessConnectionPrefix",
    "invokeWithGooglePlayIntegrityPrefix",
    "invokeWithReCaptchaPrefix",
    "ipPort",
    "ipPortSecret",
];

/// All of them, in the order of the layers.
#[rustfmt::skip]
pub const SOURCES: &[Source] = &[
    of(SERVICE, &GRAMMERS_SERVICE, "0.11.0", "069e64c424bde5764391bc72f07085a12177d7053c8a0da355425527fd7c221f"),
    of(SECRET, &TELETHON_SECRET, "1.14.0", "d8bb37f80c4a8befa92d0525f00a578a74064645e48d7aa0cc4731f3d813e1b9"),
    of("55", &TELETHON_DOCS, "0.5.0.2", "c19823d9a808484690e0dcf860f23ee7c87de5f7b1fe00dfae7a5a533a528270"),
    of("57", &TELETHON_DOCS, "0.6", "cc2f4c9e76fd1bd340f2888812ee8d38cc21090428dc3ce03256389580463c95"),
    of("61", &TELETHON_DOCS, "0.7.1", "cdaa1726db280c54d750681e2514df532ce5fadcfcede82d96b8b8f4495a6d15")
        .made_of(62)
        .without(&["inputMessagesFilterPhoneCalls", "messageActionPhoneCall", "messages.reportEncryptedSpam"])
        .with(&[("messages.deleteMessages", "57")]),
    of("62", &TELETHON_DOCS, "0.7.1", "cdaa1726db280c54d750681e2514df532ce5fadcfcede82d96b8b8f4495a6d15"),
    of("65", &TELETHON_DOCS, "0.9", "e7ebe899ecfa92f7d2c500172d4e1c75bad476a7c465b4fe125044ef0db28914")
        .made_of(66)
        .without(&["cdnConfig", "cdnPublicKey", "help.getCdnConfig", "inputMessagesFilterRoundVideo", "inputMessagesFilterRoundVoice", "pageBlockChannel", "sendMessageRecordRoundAction", "sendMessageUploadRoundAction", "upload.cdnFile", "upload.cdnFileReuploadNeeded", "upload.fileCdnRedirect", "upload.getCdnFile", "upload.reuploadCdnFile"])
        .with(&[("documentAttributeVideo", "62"), ("user", "62")]),
    of("66", &TELETHON_DOCS, "0.9", "e7ebe899ecfa92f7d2c500172d4e1c75bad476a7c465b4fe125044ef0db28914")
        .without(&["sendMessageUploadRoundAction"])
        .with(&[("pageBlockChannel", "68"), ("sendMessageUploadRoundAction", "68")]),
    of("68", &TELETHON_DOCS, "0.11.3", "6f69444864928f658900a1343a09652016f57e366050b0a4ed496a366e756afc"),
    of("70", &TELETHON_DOCS, "0.12", "63d540f4368cc04813adf7c3355ce3f9377e9afdc34e13c46f554ff558c275ca"),
    of("71", &TELETHON_DOCS, "0.13", "1317da71b26e5532e8fef225ad336c89da3202f4cd9bbd4528daec1433d9c6f1"),
    of("72", &PYROGRAM, "0.0.1a0", "ceee3b712c93dc1a35f6fad9b5f5540455f8cf91248d6134140695ca956ae039")
        .made_of(73)
        .without(&["inputSingleMedia", "messages.sendMultiMedia", "messages.uploadEncryptedFile"])
        .with(&[("channel", "71"), ("contest.saveDeveloperInfo", "71"), ("inputMediaInvoice", "71"), ("message", "71"), ("messageFwdHeader", "71")]),
    of("73", &PYROGRAM, "0.0.1a0", "ceee3b712c93dc1a35f6fad9b5f5540455f8cf91248d6134140695ca956ae039"),
    of("74", &TELETHON, "0.17.4.5", "5762bff6a69c06ec6c40d5e3815022bcdf14456d6c35887cbd0c1ee9df723e50")
        .without(&["account.registerDevice", "exportedMessageLink"])
        .with(&[("account.registerDevice", "75"), ("exportedMessageLink", "75")]),
    of("75", &PYROGRAM, "0.6.0", "6b5a11733fdddd97561f9462c1b32a7440457cb3cb135eed61b8bbad71633a31"),
    of("76", &PYROGRAM, "0.7.1", "cca5d12ef0174a10fb7053e81e98c5058df42e557e4311df1113a64bda516e1e"),
    of("78", &PYROGRAM, "0.7.1", "cca5d12ef0174a10fb7053e81e98c5058df42e557e4311df1113a64bda516e1e")
        .made_of(76)
        .without(&["peerNotifySettingsEmpty"])
        .with(&[("channel", "80"), ("config", "80"), ("contest.saveDeveloperInfo", "74"), ("dcOption", "80"), ("help.getProxyData", "80"), ("help.proxyDataEmpty", "80"), ("help.proxyDataPromo", "80"), ("initConnection", "80"), ("inputClientProxy", "80")]),
    of("80", &TELETHON, "0.19.1.6", "29bc036e5ba0028d61ed1a10b4f1fd35fed4dbf6d67a832cf53b52c08a2613c4")
        .without(&["dummyHttpWait"]),
    of("81", &PYROGRAM, "0.7.5", "2985801dc2a5c6918c4274b2ac0824951597506a3ed381c42919e70dd6535950")
        .without(&["auth.sendInvites", "inputWebFileGeoMessageLocation", "inputWebFileGeoPointLocation"])
        .with(&[("account.finishTakeoutSession", "82"), ("account.initTakeoutSession", "82"), ("account.takeout", "82"), ("channels.getLeftChannels", "82"), ("contacts.getSaved", "82"), ("inputTakeoutFileLocation", "82"), ("invokeWithMessagesRange", "82"), ("invokeWithTakeout", "82"), ("messages.getSplitRanges", "82"), ("savedPhoneContact", "82")]),
    of("82", &PYROGRAM, "0.8.0", "47f0ab8042d1904b2b7861bc123d3c52f323af4e91bb0c022774983944ed38fe"),
    of("84", &PYROGRAM, "0.8.0", "47f0ab8042d1904b2b7861bc123d3c52f323af4e91bb0c022774983944ed38fe")
        .made_of(82)
        .without(&["account.noPassword"])
        .with(&[("account.getPasswordSettings", "91"), ("account.getTmpPassword", "91"), ("account.password", "91"), ("account.passwordInputSettings", "91"), ("account.passwordSettings", "91"), ("account.updatePasswordSettings", "91"), ("auth.checkPassword", "91"), ("contest.saveDeveloperInfo", "93"), ("help.appUpdate", "91"), ("help.getAppUpdate", "91"), ("inputCheckPasswordEmpty", "91"), ("inputCheckPasswordSRP", "91"), ("inputReportReasonCopyright", "91"), ("messages.clearAllDrafts", "91"), ("passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow", "91"), ("passwordKdfAlgoUnknown", "91"), ("securePasswordKdfAlgoPBKDF2HMACSHA512iter100000", "91"), ("securePasswordKdfAlgoSHA512", "91"), ("securePasswordKdfAlgoUnknown", "91"), ("secureSecretSettings", "91")]),
    of("86", &PYROGRAM, "0.8.0", "47f0ab8042d1904b2b7861bc123d3c52f323af4e91bb0c022774983944ed38fe")
        .made_of(82)
        .without(&["account.noPassword"])
        .with(&[("account.authorizationForm", "91"), ("account.getPasswordSettings", "91"), ("account.getTmpPassword", "91"), ("account.password", "91"), ("account.passwordInputSettings", "91"), ("account.passwordSettings", "91"), ("account.updatePasswordSettings", "91"), ("auth.checkPassword", "91"), ("contest.saveDeveloperInfo", "93"), ("document", "91"), ("fileLocation", "91"), ("help.appUpdate", "91"), ("help.getAppUpdate", "91"), ("help.getPassportConfig", "91"), ("help.passportConfig", "91"), ("help.passportConfigNotModified", "91"), ("inputCheckPasswordEmpty", "91"), ("inputCheckPasswordSRP", "91"), ("inputDocument", "91"), ("inputDocumentFileLocation", "91"), ("inputFileLocation", "91"), ("inputPhoto", "91"), ("inputReportReasonCopyright", "91"), ("inputSecureValue", "91"), ("langpack.getLangPack", "91"), ("langpack.getLanguages", "91"), ("langpack.getStrings", "91"), ("messages.clearAllDrafts", "91"), ("passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow", "91"), ("passwordKdfAlgoUnknown", "91"), ("photo", "91"), ("securePasswordKdfAlgoPBKDF2HMACSHA512iter100000", "91"), ("securePasswordKdfAlgoSHA512", "91"), ("securePasswordKdfAlgoUnknown", "91"), ("secureRequiredType", "91"), ("secureRequiredTypeOneOf", "91"), ("secureSecretSettings", "91"), ("secureValue", "91"), ("secureValueError", "91"), ("secureValueErrorTranslationFile", "91"), ("secureValueErrorTranslationFiles", "91")]),
    of("89", &PYROGRAM, "0.10.2", "8da2becc455f1d82bd4f009d7f2dd158a8bab6f88a8bba69c6d4442299f98182")
        .made_of(91)
        .without(&["account.getContactSignUpNotification", "account.getNotifyExceptions", "account.setContactSignUpNotification", "chatOnlines", "contacts.deleteByPhones", "help.getAppConfig", "inputMediaPoll", "inputReportReasonChildAbuse", "jsonArray", "jsonBool", "jsonNull", "jsonNumber", "jsonObject", "jsonObjectValue", "jsonString", "messageActionContactSignUp", "messageMediaPoll", "messages.getOnlines", "messages.getPollResults", "messages.getStatsURL", "messages.sendVote", "poll", "pollAnswer", "pollAnswerVoters", "pollResults", "statsURL", "updateMessagePoll"])
        .with(&[("channelFull", "82"), ("channels.updatePinnedMessage", "82"), ("contacts.exportCard", "82"), ("contacts.importCard", "82"), ("contest.saveDeveloperInfo", "93"), ("inputAppEvent", "82"), ("inputMediaGeoLive", "82"), ("messages.editInlineBotMessage", "82"), ("messages.editMessage", "82"), ("updateContactRegistered", "82")]),
    of("91", &PYROGRAM, "0.10.2", "8da2becc455f1d82bd4f009d7f2dd158a8bab6f88a8bba69c6d4442299f98182"),
    of("92", &PYROGRAM, "0.10.2", "8da2becc455f1d82bd4f009d7f2dd158a8bab6f88a8bba69c6d4442299f98182")
        .made_of(91)
        .with(&[("contest.saveDeveloperInfo", "93"), ("messages.messagesSlice", "93"), ("photoStrippedSize", "93")]),
    of("93", &TELETHON, "1.5.5", "aadb99e8b0a80bb0b19d81f444072bde64f963b74194c3c2a5b0453ad826ece2")
        .with(&[("message", "91"), ("messageEmpty", "91"), ("messageService", "91")]),
    of("95", &TELETHON, "1.6.2", "28fc98cc912075b9ae9a8d0548153b7c87ebc2a8f8fe6ec3ca600c06e42b901c")
        .without(&["langpack.getDifference"])
        .with(&[("langpack.getDifference", "97"), ("message", "97"), ("messageEmpty", "97"), ("messageService", "97")]),
    of("96", &TELETHON, "1.6.2", "28fc98cc912075b9ae9a8d0548153b7c87ebc2a8f8fe6ec3ca600c06e42b901c")
        .made_of(95)
        .with(&[("account.autoDownloadSettings", "97"), ("account.getAutoDownloadSettings", "97"), ("account.saveAutoDownloadSettings", "97"), ("autoDownloadSettings", "97"), ("langpack.getDifference", "97"), ("message", "97"), ("messageEmpty", "97"), ("messageService", "97"), ("messages.getStatsURL", "97"), ("phone.setCallRating", "97"), ("updateChatPinnedMessage", "97")]),
    of("97", &PYROGRAM, "0.12.0", "f7a7d435be603c1f875f1fd8c069115620a761e36aec12405187fa6155c20886"),
    of("98", &TELETHON, "1.7.7", "604736756e45373fb655526362777c7af5adda8d39eb5370768fbcc3248cf755")
        .with(&[("message", "97"), ("messageEmpty", "97"), ("messageService", "97")]),
    of("100", &PYROGRAM, "0.14.1", "e4ae9d829b21db68330ecc79af11bb073c0e2195b07e51ecc0366fbba897a6b2")
        .without(&["channels.exportInvite"]),
    of("101", &PYROGRAM, "0.14.1", "e4ae9d829b21db68330ecc79af11bb073c0e2195b07e51ecc0366fbba897a6b2")
        .made_of(100)
        .without(&["auth.checkedPhone", "channels.exportInvite", "channels.getBroadcastsForDiscussion"])
        .with(&[("messageEntityBlockquote", "102"), ("messageEntityStrike", "102"), ("messageEntityUnderline", "102"), ("wallet.getKeySecretSalt", "106"), ("wallet.liteResponse", "106"), ("wallet.secretSalt", "106"), ("wallet.sendLiteRequest", "106")]),
    of("102", &PYROGRAM, "0.15.1", "b634d11ad2752ccdd15343340e1dfbd874263ce276a833d2341c9c825c1ff096"),
    of("103", &TELETHON, "1.9.0", "a8797ad5bfee2b350cfc9b73cbb30fc19c8f73c0db42471e0df1371b1a269edc")
        .with(&[("message", "102"), ("messageEmpty", "102"), ("messageService", "102")]),
    of("104", &TELETHON, "1.9.0", "a8797ad5bfee2b350cfc9b73cbb30fc19c8f73c0db42471e0df1371b1a269edc")
        .made_of(103)
        .without(&["auth.checkedPhone", "contest.saveDeveloperInfo", "payments.paymentVerficationNeeded"])
        .with(&[("auth.authorizationSignUpRequired", "105"), ("auth.sentCode", "105"), ("auth.signUp", "105"), ("channelAdminLogEventActionToggleSlowMode", "105"), ("channelFull", "105"), ("channelParticipantAdmin", "105"), ("channelParticipantCreator", "105"), ("channels.editAdmin", "105"), ("channels.toggleSlowMode", "105"), ("codeSettings", "105"), ("inputStickerSetAnimatedEmoji", "105"), ("message", "102"), ("messageEmpty", "102"), ("messageService", "102"), ("payments.paymentVerificationNeeded", "105"), ("upload.getFile", "105")]),
    of("105", &PYROGRAM, "0.16.0", "17e3c7faef40e967e6a5dfe63aeab2664ee187be7ba78b0d7f6b15769654b4ce"),
    of("106", &TELETHON, "1.10.10", "126b392db57b83526e18779b7c6f4011789c2dd02377f64004afd0e0ce29a37e")
        .without(&["contest.saveDeveloperInfo"])
        .with(&[("message", "105"), ("messageEmpty", "105"), ("messageService", "105")]),
    of("107", &GRAMMERS, "0.1.0", "c9ba7c774aea41a1b2f47254efb4f74c3c86977f172d731ae10ecb2726a1b49c")
        .made_of(109)
        .without(&["keyboardButtonRequestPoll", "messageUserVote", "messageUserVoteInputOption", "messageUserVoteMultiple", "messages.getPollVotes", "messages.votesList", "updateMessagePollVote", "webPageAttributeTheme"])
        .with(&[("inputMediaPoll", "106"), ("pollResults", "106"), ("themeDocumentNotModified", "106"), ("wallet.getKeySecretSalt", "106"), ("wallet.liteResponse", "106"), ("wallet.secretSalt", "106"), ("wallet.sendLiteRequest", "106"), ("webPage", "106")]),
    of("108", &GRAMMERS, "0.1.0", "c9ba7c774aea41a1b2f47254efb4f74c3c86977f172d731ae10ecb2726a1b49c")
        .made_of(109)
        .without(&["keyboardButtonRequestPoll", "messageUserVote", "messageUserVoteInputOption", "messageUserVoteMultiple", "messages.getPollVotes", "messages.votesList", "updateMessagePollVote"])
        .with(&[("inputMediaPoll", "106"), ("pollResults", "106"), ("themeDocumentNotModified", "106"), ("wallet.getKeySecretSalt", "106"), ("wallet.liteResponse", "106"), ("wallet.secretSalt", "106"), ("wallet.sendLiteRequest", "106")]),
    of("109", &GRAMMERS, "0.1.0", "c9ba7c774aea41a1b2f47254efb4f74c3c86977f172d731ae10ecb2726a1b49c"),
    of("110", &TELETHON, "1.11.3", "d065f130ad61b6b0d914fbd1d0ca239df8cd20299d3bdc92ce90f44e30579899")
        .without(&["wallet.getKeySecretSalt", "wallet.liteResponse", "wallet.secretSalt", "wallet.sendLiteRequest"])
        .with(&[("message", "109"), ("messageEmpty", "109"), ("messageService", "109")]),
    of("111", &TELETHON, "1.12.0", "577bf0ffa6e5369798b6d632aef2c167c9ffccd29640b096c293e1cdffc787c6")
        .without(&["bots.setBotCommands", "stickers.createStickerSet", "stickers.setStickerSetThumb", "wallet.getKeySecretSalt", "wallet.liteResponse", "wallet.secretSalt", "wallet.sendLiteRequest"])
        .with(&[("message", "112"), ("messageEmpty", "112"), ("messageService", "112"), ("stickers.createStickerSet", "110")]),
    of("112", &PYROGRAM, "0.17.0", "1a11d8d796c577d5cf6f8eaa081949c2d340805de553d518c7e0d524de65a8bb"),
    of("113", &TELETHON, "1.14.0", "d8bb37f80c4a8befa92d0525f00a578a74064645e48d7aa0cc4731f3d813e1b9")
        .without(&["wallet.getKeySecretSalt", "wallet.liteResponse", "wallet.secretSalt", "wallet.sendLiteRequest"])
        .with(&[("message", "112"), ("messageEmpty", "112"), ("messageService", "112")]),
    of("114", &GRAMMERS, "0.2.0", "7ef01aed70e36f272be959acb35bd620918e678a668582200e9aa330191601da"),
    of("115", &GRAMMERS, "0.2.0", "7ef01aed70e36f272be959acb35bd620918e678a668582200e9aa330191601da")
        .made_of(114)
        .without(&["foundGif", "foundGifCached", "inputMediaGifExternal", "messages.foundGifs", "messages.searchGifs"])
        .with(&[("chatInvitePeek", "116")]),
    of("116", &PYROGRAM, "0.18.0", "22ac128f8f08b9631ff7572d7d71fd67b55d71dc2c6e0c6732dec18cd2cac70c"),
    of("117", &PYROGRAM, "1.0.0", "fd47c06fea4871cb27e3e5745e7e1b1ff30c6991a7c14e9d02a2096f830a8a6c"),
    of("118", &PYROGRAM, "1.0.0", "fd47c06fea4871cb27e3e5745e7e1b1ff30c6991a7c14e9d02a2096f830a8a6c")
        .made_of(117)
        .with(&[("help.countriesList", "119"), ("help.countriesListNotModified", "119"), ("help.country", "119"), ("help.countryCode", "119"), ("help.getCountriesList", "119"), ("keyboardButtonCallback", "119"), ("messages.getBotCallbackAnswer", "119"), ("messages.sendEncrypted", "119"), ("messages.sendEncryptedFile", "119")]),
    of("119", &TELETHON, "1.17.5", "958432bb3849d3e1fecfb45e211832a579fb4340a1d2b21b0d1a7d30407e39ec")
        .with(&[("message", "122"), ("messageEmpty", "117"), ("messageService", "122")]),
    of("120", &TELETHON, "1.18.2", "4695ff737692f745c2e44f1f22996b415ce7715d7e764e27b0528fb61d30cefb")
        .with(&[("message", "122"), ("messageEmpty", "122"), ("messageService", "122")]),
    of("121", &TELETHON, "1.18.2", "4695ff737692f745c2e44f1f22996b415ce7715d7e764e27b0528fb61d30cefb")
        .made_of(120)
        .with(&[("inputMessageCallbackQuery", "122"), ("message", "122"), ("messageEmpty", "122"), ("messageService", "122"), ("photoPathSize", "122")]),
    of("122", &PYROGRAM, "1.1.0", "2295a7cb5cfcdf8de88d23ed1393d31070184c125823d011312383b07808b600"),
    of("124", &TELETHON, "1.20", "41fea16755897c91a2d1a90b4c6d178dad06746650230c3adf5d7fb2e285f1d3"),
    of("125", &TELETHON, "1.21.1", "993c837ef745addf972a27d7bfba0ce518a2863d1a50e0737255b764d23e0ef2"),
    of("126", &PYROGRAM, "1.2.4", "8268f88674e9143e6aa61facd453a6ef79255bf5f8caccee93037ee3523d0158"),
    of("128", &GRAMMERS, "0.3.0", "6c52e9459e6128805add4fce8c479fa9c90311bc3385b967573522bb65de0263")
        .without(&["inputBotInlineMessageMediaInvoice", "inputMediaInvoice"])
        .with(&[("inputBotInlineMessageMediaInvoice", "129"), ("inputMediaInvoice", "129")]),
    of("129", &TELETHON, "1.22.0", "d2b619f8e0bf852876991ffdcac8142bca6e42e2be4b4e7012dd4d1f5f098c69"),
    of("130", &TELETHON, "1.23.0", "ba7551ce447e954aad67f3eeba4bab7574cca07a2c6f41e5be69904e6e0ec313"),
    of("131", &GRAMJS, "1.8.13", "7722e0acc7009aa2f2631cc09875af084d531b6616f071bd9c7c7855e4dafec7"),
    of("133", &PYROGRAM, "1.2.11", "fa40a4c7f72bffd143302bfaa0090b390267ecfdb5f2c743905e9159235f6d1c"),
    of("135", &PYROGRAM, "1.2.20", "ec62b79851cb2446cbd6f2962b9744069bcfe25ff141d960cb99a36b176a8a96"),
    of("136", &PYROGRAM, "1.3.0", "105280e50cc847fbe5a812e941c6d25a76fc67f4770c4917ca156d0edce17621"),
    of("137", &PYROGRAM, "1.3.7", "3b08e5648bb06eb99a09eff6973f9f96bf2c0322596178b18e1b4fca5804c4a4"),
    of("138", &PYROGRAM, "1.4.0", "54a86c0b5db18a17bba269bf574584354539334c1e0baff4dbeada661f7d01ff"),
    of("139", &PYROGRAM, "1.4.0", "54a86c0b5db18a17bba269bf574584354539334c1e0baff4dbeada661f7d01ff")
        .made_of(138)
        .with(&[("contacts.resolvePhone", "140"), ("groupCallStreamChannel", "140"), ("inputReportReasonIllegalDrugs", "140"), ("inputReportReasonPersonalDetails", "140"), ("messages.searchSentMedia", "140"), ("phone.getGroupCallStreamChannels", "140"), ("phone.getGroupCallStreamRtmpUrl", "140"), ("phone.groupCallStreamChannels", "140"), ("phone.groupCallStreamRtmpUrl", "140")]),
    of("140", &PYROGRAM, "1.4.16", "65800f6806bddb3dcab5c8951ce7b17597fd6f0663290f562a0ebe59ed1d5be4"),
    of("142", &PYROGRAM, "2.0.20", "7f814c2ed91b96064815aa02e552305c79de71ba755d5c661e69c1fd94ab93f2"),
    of("143", &PYROGRAM, "2.0.30", "28ed05342661597a3c93281c3145d04366d8ef3a3a72d1cacae6328b077ca2e7"),
    of("144", &PYROGRAM, "2.0.45", "841d9d18804bf7287601dfb8d5f82ed739fcf95a914a7314d5ac5d4c4244f887"),
    of("145", &PYROGRAM, "2.0.50", "4c49f5ba56abae32c1445e2a2821d5a98730d7e6181950eb9f5290e9a4c3e8ff"),
    of("146", &PYROGRAM, "2.0.57", "de05925592b82e796c6b2520f133d9ae6eb320834c78e50b09dc7ed18c5b976e"),
    of("147", &PYROGRAM, "2.0.57", "de05925592b82e796c6b2520f133d9ae6eb320834c78e50b09dc7ed18c5b976e")
        .made_of(146)
        .with(&[("messages.stickerSet", "148"), ("stickerKeyword", "148"), ("stickerSetFullCovered", "148")]),
    of("148", &PYROGRAM, "2.0.60", "24d92fc045026aaf5b05dfcb83d8a9d0def5c927e40ebdd5b8c3bc0d6c3d5065"),
    of("149", &TELETHON, "1.26.0", "de7a1619110a2c06390fb5340839c6503c6b108b5f1a2f3bbe1ef60f02cecacb"),
    of("150", &PYROGRAM, "2.0.70", "2904890eb334117e741114a20fa5903627910b347a43f7e34ab590a8310d836a"),
    of("151", &PYROGRAM, "2.0.97", "e1a0d4a1968425c737b552a9f3c1b2ee18187813bf3285175d87b9ec5e8bc110"),
    of("152", &PYROGRAM, "2.0.100", "2db392b06a1b38d6968d6cca70df55478c4dbb89e8980ee3b9110bb91ebe771a"),
    of("153", &PYROGRAM, "2.0.100", "2db392b06a1b38d6968d6cca70df55478c4dbb89e8980ee3b9110bb91ebe771a")
        .made_of(152)
        .without(&["folders.deleteFolder", "messageEntityBlockquote", "messages.getAllChats"])
        .with(&[("help.appConfig", "155"), ("help.appConfigNotModified", "155"), ("help.getAppConfig", "155"), ("inputStickerSetItem", "155"), ("stickers.changeSticker", "155"), ("stickers.deleteStickerSet", "155"), ("stickers.renameStickerSet", "155"), ("stickers.setStickerSetThumb", "155")]),
    of("154", &PYROGRAM, "2.0.103", "3778cb19becb9e7cccb99aa997dd574681627b904d31b83d058a3e1a99dddc5a")
        .made_of(155)
        .without(&["updateGroupInvitePrivacyForbidden"])
        .with(&[("messagePeerReaction", "152")]),
    of("155", &PYROGRAM, "2.0.103", "3778cb19becb9e7cccb99aa997dd574681627b904d31b83d058a3e1a99dddc5a"),
    of("156", &PYROGRAM, "2.0.103", "3778cb19becb9e7cccb99aa997dd574681627b904d31b83d058a3e1a99dddc5a")
        .made_of(155)
        .with(&[("auth.resetLoginEmail", "158"), ("auth.sentCodeTypeEmailCode", "158")]),
    of("158", &PYROGRAM, "2.0.106", "30202995758fcb6e0f91224704ab7fedefea454297724bd70a6a71a23748c16f"),
    of("159", &PYROGRAM, "2.0.106", "30202995758fcb6e0f91224704ab7fedefea454297724bd70a6a71a23748c16f")
        .made_of(158)
        .without(&["messageUserVote", "messageUserVoteInputOption", "messageUserVoteMultiple", "messages.getAllChats"])
        .with(&[("account.invalidateSignInCodes", "160"), ("autoDownloadSettings", "160"), ("channels.clickSponsoredMessage", "160"), ("inputPrivacyKeyAbout", "160"), ("messagePeerVote", "160"), ("messagePeerVoteInputOption", "160"), ("messagePeerVoteMultiple", "160"), ("messages.votesList", "160"), ("pollResults", "160"), ("privacyKeyAbout", "160"), ("sponsoredMessage", "160"), ("sponsoredWebPage", "160"), ("updateMessagePollVote", "160"), ("updates.getDifference", "160")]),
    of("160", &TELETHON, "1.29.3", "cac3091ab61bdd2286bdfb72fb3ab7cc86a9e8d3327ff8fec56d215e05009e1e"),
    of("161", &PYROFORK, "2.2.11", "7fe6a66e8b0518182a4cd893eb66665e0338020808c78f46e13ab6aa034fcf9e"),
    of("162", &TELETHON, "1.30.3", "313e40fa06667b19ced13b379d9988167a8319bc0eb90bf39347cff46919a351"),
    of("163", &PYROFORK, "2.3.4", "2d65fc6967ef2ed0c79bfdfed94522d3e1d5bb067a7da7b793c709b3054a72f1")
        .with(&[("stories.canSendStory", "162")]),
    of("164", &PYROFORK, "2.3.5", "fda98e5328817b4e1748590eafd972277273835f9cfe5133aad6ab3aacb60413")
        .without(&["userStories"]),
    of("165", &TELETHON, "1.31.1", "299567c307818e0ecd1ecb208c2f4269be4ea84fdea49b5061c36362dc92abbd"),
    of("166", &HYDROGRAM, "0.1.4", "8de57f8cd19767932951562e4ad14e25e7a2308644c0b5bd0dfb75ad4f62b1b4"),
    of("167", &TELETHON, "1.33.1", "377107d77fd95f8c2bd7fce77f9d78da84c1ff58023f59e8d06035a4548bd36b"),
    of("168", &PYROFORK, "2.3.15.post3", "c08a9d1cbb1053a0485626ce2102fe4f64e7c149bd01dd53c1d3e06d951c1b95")
        .made_of(169)
        .without(&["account.getChannelDefaultEmojiStatuses", "inputStickerSetEmojiChannelDefaultStatuses"])
        .with(&[("keyboardButtonRequestPeer", "167"), ("messageActionRequestedPeer", "167"), ("messages.sendBotRequestedPeer", "167")]),
    of("169", &PYROFORK, "2.3.15.post3", "c08a9d1cbb1053a0485626ce2102fe4f64e7c149bd01dd53c1d3e06d951c1b95"),
    of("170", &PYROFORK, "2.3.16.post2", "96b13524bb674819d6d87092cc9f5fa675a29c4922d681eb2786fecf50da7631"),
    of("171", &PYROFORK, "2.3.17.post2", "3489b0be846b5ed0badacb5392c7a8c4b5435280ad325b3ba470ebc009759546")
        .made_of(172)
        .without(&["messages.getOutboxReadDate", "outboxReadDate", "users.getIsPremiumRequiredToContact"])
        .with(&[("userStatusLastMonth", "170"), ("userStatusLastWeek", "170"), ("userStatusRecently", "170")]),
    of("172", &PYROFORK, "2.3.17.post2", "3489b0be846b5ed0badacb5392c7a8c4b5435280ad325b3ba470ebc009759546"),
    of("173", &TELETHON, "1.34.0", "55290809a30081fa0bb5052abb7547cbb25d7fbca94f32f13c147504d521804f"),
    of("174", &PYROFORK, "2.3.19", "8358a83d3d58984821136512a77cade1adbc0f7497415af8143effd98e43ce89"),
    of("175", &PYROFORK, "2.3.19", "8358a83d3d58984821136512a77cade1adbc0f7497415af8143effd98e43ce89")
        .made_of(174)
        .with(&[("smsJob", "176"), ("smsjobs.eligibleToJoin", "176"), ("smsjobs.finishJob", "176"), ("smsjobs.getSmsJob", "176"), ("smsjobs.getStatus", "176"), ("smsjobs.isEligibleToJoin", "176"), ("smsjobs.join", "176"), ("smsjobs.leave", "176"), ("smsjobs.status", "176"), ("smsjobs.updateSettings", "176"), ("updateSmsJob", "176")]),
    of("176", &PYROFORK, "2.3.20", "3f36feddbc2b6a2083d6296d3c4c31d2578df64354fd3d5836ed2d18782804ce"),
    of("177", &PYROFORK, "2.3.21", "d6783dcc5537033764ce29321b90c2cdeb69c240db06036f3771bccd3c6d88b4"),
    of("178", &TELETHON, "1.35.0", "99d7a2e161e9af1cdf03feef7a3fea6eef304a9caf620fe13aefc53099845555"),
    of("179", &PYROTGFORK, "2.1.28", "7009e73d3c346ba68678176c2c3dba390204c53d704ae0d72ecd3c42e24ad6e3"),
    of("181", &PYROTGFORK, "2.1.32.5", "cbe91c21ba2311b3b066cf0cf42b076042b79530a4985894983f87f44159df53"),
    of("183", &PYROTGFORK, "2.1.32.10", "2d8e7d9b4655e9b88358a5e7ad308719865e97fce1ad3d3901e97dbd6f4c275e"),
    of("184", &PYROTGFORK, "2.1.32.14", "4d8a7dd38ddc109e4191a7a4fea6b7d053ae7a01de9b8606c33a5697e1fe352a"),
    of("185", &PYROTGFORK, "2.1.33.1", "a3443553fc03ca85010c5c31357d76df4edbae6da70e9ae5756ca76cc1b4eaaa")
        .without(&["inputFileStoryDocument"]),
    of("186", &PYROTGFORK, "2.1.33.3", "db80fc229092aa515cb47a223a8c71fa897bf650a4a28ab389881076ecb3034a"),
    of("187", &PYROFORK, "2.3.45", "df22c1032bdc36ac73dec2d5a0df4ea42b8a3534f887dbe1bc234c93fb6227a7"),
    of("188", &TELETHON, "1.37.0", "e5e43cff1c1b34e2f9c2b395215beb6e9bda706b69def7efff4f55b23c9c4374"),
    of("189", &PYROTGFORK, "2.1.33.8", "0b09adf616af41c448b106d68ec2e82bb4ccfbadfda80ee827e44b5bd24587d9"),
    of("190", &PYROTGFORK, "2.1.33.13", "77ea078640a05a26ca2420df292e1cd104760024011d2637dda6d999b6bbbc52"),
    of("191", &PYROTGFORK, "2.1.33.13", "77ea078640a05a26ca2420df292e1cd104760024011d2637dda6d999b6bbbc52")
        .made_of(190)
        .without(&["bytes", "test.parseInputAppEvent", "test.useError"])
        .with(&[("starGift", "192")]),
    of("192", &PYROTGFORK, "2.1.34", "ca2d7f3a803d27f8c72aefe47bb1e89b929800c8922ae17addf7623de28b0da0"),
    of("193", &TELETHON, "1.38.1", "f9866c1e37197a0894e0c02aa56a6359bffb14a585e88e18e3e819df4fda399a"),
    of("194", &PYROTGFORK, "2.1.35", "208cd907d047959aabed516203d142ec5ccb313abe1e533fc20e375fc1c00dd9"),
    of("195", &PYROTGFORK, "2.1.37", "84527d8c436086b9e1d7484d953671b4cefc45376690c6f051cfa1f79df730c6"),
    of("196", &KURIGRAM, "2.1.37", "a8d5daaafd6a7cf89c105f6f4b23cde3cd82b82dd88450024700a67851997405"),
    of("198", &PYROTGFORK, "2.2.5", "1a356e017abfd7fee9206ed344d9de6a81e75d7923f6845a72bec0d3f0d834a0"),
    of("199", &KURIGRAM, "2.1.39", "e0470613fcea285eca5141d6431ef74fb0c209da4386784dedc18e66518f87b5"),
    of("200", &PYROTGFORK, "2.2.9", "6c44c694e5f425f5ad617d6b7f62d37b462b6194113b1380dd6866d8668f8863"),
    of("201", &KURIGRAM, "2.2.0", "d644316ce64c7ecbca57052e646ae63a0ef251afc6957db767012456f040c02d"),
    of("202", &KURIGRAM, "2.2.2", "859367cfd184b6780d6fda9fcd0e980d4d5392b759805b3947d2bd0bf5822230"),
    of("203", &PYROTGFORK, "2.2.12", "3244d8fdc0c335796af015c55b127b362fdae75a35f16286a9a8e82e6c693832"),
    of("204", &KURIGRAM, "2.2.5", "4b908237e0bc8623c37a5d2c841e68ee96721b774d6f54103612d912f22946eb"),
    of("205", &PYROTGFORK, "2.2.13", "a5b9d0c91c797517f0531c6c66856c301f6dc477fdbf5aba76195007e180ab78"),
    of("206", &KURIGRAM, "2.2.7", "61f3529a0cdc0a0f10f8b98103c6509317d90ebc0ae69959f38a4b684ad244f8")
        .made_of(207)
        .with(&[("payments.starGifts", "205"), ("starGift", "205"), ("starGiftUnique", "205")]),
    of("207", &KURIGRAM, "2.2.7", "61f3529a0cdc0a0f10f8b98103c6509317d90ebc0ae69959f38a4b684ad244f8"),
    of("208", &KURIGRAM, "2.2.7", "61f3529a0cdc0a0f10f8b98103c6509317d90ebc0ae69959f38a4b684ad244f8")
        .made_of(207)
        .with(&[("inputReplyToMessage", "211"), ("messageReplyHeader", "211")]),
    of("209", &KURIGRAM, "2.2.7", "61f3529a0cdc0a0f10f8b98103c6509317d90ebc0ae69959f38a4b684ad244f8")
        .made_of(207)
        .with(&[("inputReplyToMessage", "211"), ("messageReplyHeader", "211")]),
    of("211", &KURIGRAM, "2.2.9", "2b2bc468c8953edb496115d41954d17209574913c91fd269c14cf7efb3e8138b"),
    of("214", &KURIGRAM, "2.2.13", "71c054821937d7238eee966be318d3fd9a2150a6769468e83db31933ccc2c9af"),
    of("216", &KURIGRAM, "2.2.14", "b77ead73c4180755814b558f39965c5291590e9dd70b6d65f2308bb9be4dbb6d"),
    of("217", &KURIGRAM, "2.2.14", "b77ead73c4180755814b558f39965c5291590e9dd70b6d65f2308bb9be4dbb6d")
        .made_of(216)
        .with(&[("channel", "218"), ("groupCall", "218"), ("groupCallDonor", "218"), ("groupCallMessage", "218"), ("groupCallParticipant", "218"), ("inputPhoneContact", "218"), ("inputPrivacyKeySavedMusic", "218"), ("message", "218"), ("messageActionGiftCode", "218"), ("messageActionGiftPremium", "218"), ("messageMediaVideoStream", "218"), ("messages.editMessage", "218"), ("messages.forwardMessages", "218"), ("messages.sendMedia", "218"), ("messages.sendMessage", "218"), ("payments.checkedGiftCode", "218"), ("phone.deleteGroupCallMessages", "218"), ("phone.deleteGroupCallParticipantMessages", "218"), ("phone.getGroupCallStars", "218"), ("phone.getGroupCallStreamRtmpUrl", "218"), ("phone.groupCallStars", "218"), ("phone.saveDefaultSendAs", "218"), ("phone.sendGroupCallMessage", "218"), ("phone.toggleGroupCallSettings", "218"), ("privacyKeySavedMusic", "218"), ("recentStory", "218"), ("stories.getPeerMaxIDs", "218"), ("stories.startLive", "218"), ("todoCompletion", "218"), ("updateDeleteGroupCallMessages", "218"), ("updateGroupCall", "218"), ("updateGroupCallMessage", "218"), ("user", "218")]),
    of("218", &MTCUTE, "218.0.1", "b4e33e2af1911fc8bbf7be6ad08a073d434115bf84d4f5169c2dd91323e842de")
        .without(&["channels.createForumTopic", "channels.deleteTopicHistory", "channels.editForumTopic", "channels.getForumTopics", "channels.getForumTopicsByID", "channels.reorderPinnedForumTopics", "channels.updatePinnedForumTopic", "mtcute.dummyInputPeerMinChannel", "mtcute.dummyInputPeerMinUser", "mtcute.dummyUpdate", "updateChannelPinnedTopic", "updateChannelPinnedTopics"]),
    of("220", &KURIGRAM, "2.2.16", "14e2ff8abd65921ac9ecad8af505ed506b0b0e0a9cf96845aa7551c60e09e973"),
    of("221", &KURIGRAM, "2.2.18", "f0a47163fde696f8558356da5955e8015ad5da6cf67063e251995a250e5a79c0"),
    of("222", &KURIGRAM, "2.2.19", "6d86a870834527e91c6308f8307796a985a437a39e8112e3bc7a649c6d1f7daa"),
    of("223", &PYROTGFORK, "2.2.21", "2215a0b9dbae05f8f3aa34a56f2b7609e38bf2da9dbb35222df38f62aa7e165a"),
    of("224", &KURIGRAM, "2.2.21", "443f8273a8952a5babdc7065486a7995b827673ad1b64abc0387b07b5d6fe80f"),
    of("225", &KURIGRAM, "2.2.23", "b8ccc23cab2875b25134a01f7c632dd64de334804b60c8cf19f20eb3b2ec5c58"),
    of("227", &KURIGRAM, "2.2.24", "535644dcb23696ae7d838a2f8c14675a5b3fa50906d51dc1434a29620d62813b"),
    of("228", &ELYSTL, "2.1.0", "9a91d6d167b4e5105afdd8c0ff3137a1c5df21e5c8a8f221dbefe22d1fb53a6b"),
    of("229", &KURIGRAM, "2.2.26", "83b64fd7ab37122d920b1e7c0e221b599d7c52dd5d0d24c79956f01273020c49"),
    of("230", &GRAMMERS, "0.11.0", "069e64c424bde5764391bc72f07085a12177d7053c8a0da355425527fd7c221f"),
    of("231", &ASTRALIX, "1.46.0", "8cd8046707556e5e21225d826345c014eb2d4105a1015499669d6c515de43260"),
    of("232", &TJGRAM, "2.2.29", "382c8775d980713b829c7bcdf96a006d512858b5ae04506eebab0f9b4ef62eaa"),
];
