// Drives mtcute.

import { createHash } from 'node:crypto'

import {
    Long, MemoryStorage, MtProxyTcpTransport, MtUnsupportedError, PaddedIntermediatePacketCodec, TcpTransport,
    TelegramClient, tl,
} from '@mtcute/node'
import { addPublicKey } from '@mtcute/core/utils.js'

import { serve, tell } from './protocol.mjs'

class PaddedTransport extends TcpTransport {
    packetCodec() {
        return new PaddedIntermediatePacketCodec()
    }
}

/** For how long mtcute makes a temporary key, and the shortest time after which it makes the next, in seconds. */
const DAY = 24 * 3600
const RENEWAL = DAY - 2 * 3600

/** From now on mtcute makes its next temporary key after so many seconds: what it waits for is hours away. */
function renewAfter(seconds) {
    const { setTimeout } = globalThis
    globalThis.setTimeout = (run, delay, ...rest) => setTimeout(run, delay > RENEWAL * 1000 ? seconds * 1000 : delay, ...rest)
}

/** From now on mtcute makes temporary keys for so many seconds. It has no option for that, but a table of what it writes. */
function endAfter(seconds, writers) {
    const change = (name, changed) => {
        const write = writers[name]
        writers[name] = (writer, value) => write(writer, { ...value, ...changed(value) })
    }
    change('mt_p_q_inner_data_temp_dc', () => ({ expiresIn: seconds }))
    for (const name of ['mt_bind_auth_key_inner', 'auth.bindTempAuthKey']) {
        change(name, ({ expiresAt }) => ({ expiresAt: expiresAt - DAY + seconds }))
    }
}

const capital = (name) => name[0].toUpperCase() + name.slice(1)
const small = (name) => name[0].toLowerCase() + name.slice(1)

function told(message) {
    const { raw } = message
    return {
        peer: message.chat.id,
        sender: message.sender.id,
        id: message.id,
        text: raw.message,
        entities: (raw.entities ?? []).map((e) => [capital(e._), e.offset, e.length]),
        out: message.isOutgoing,
        reply_to: raw.replyTo?.replyToMsgId ?? null,
    }
}

class Driver {
    async open({ host, port, key, transport = 'intermediate', secret, renew_after, end_after }) {
        addPublicKey({ sha1: (data) => createHash('sha1').update(data).digest() }, key.pem)
        const dc = { id: 2, ipAddress: host, port }
        this.client = new TelegramClient({
            apiId: 1,
            apiHash: 'piltover',
            storage: new MemoryStorage(),
            defaultDcs: { main: dc, media: dc },
            transport: secret ? new MtProxyTcpTransport({ host, port, secret })
                : transport === 'padded' ? new PaddedTransport() : new TcpTransport(),
            network: { usePfs: Boolean(renew_after ?? end_after) },
        })
        if (renew_after) renewAfter(renew_after)
        if (end_after) endAfter(end_after, this.client._client.mt._writerMap)
        this.client.log.mgr.level = 4
        this.client.log.mgr.handler = (_, level, tag, format, values) => console.error(level, tag, format, ...values)
        this.client.onNewMessage.add((message) => {
            if (!message.isOutgoing) tell({ event: 'message', ...told(message) })
        })
        await this.client.connect()
        await this.client.call({ _: 'help.getConfig' })
        return { layer: tl.LAYER, authorized: false }
    }

    async sign_up({ phone, code, first_name }) {
        const sent = await this.client.sendCode({ phone })
        // mtcute has no sign-up of its own, by design: it tells an unknown number by an error.
        const refused = await this.client.signIn({ phone, phoneCodeHash: sent.phoneCodeHash, phoneCode: code })
            .catch((error) => error)
        if (!(refused instanceof MtUnsupportedError)) throw new Error(`instead of a refusal: ${refused}`)
        const result = await this.client.call({
            _: 'auth.signUp', phoneNumber: phone, phoneCodeHash: sent.phoneCodeHash, firstName: first_name, lastName: '',
        })
        const user = await this.client.notifyLoggedIn(result)
        await this.client.startUpdatesLoop()
        return user.id
    }

    async import_contact({ phone, first_name }) {
        const result = await this.client.call({
            _: 'contacts.importContacts',
            contacts: [{ _: 'inputPhoneContact', clientId: Long.ONE, phone, firstName: first_name, lastName: '' }],
        })
        return { imported: result.imported.map((i) => i.userId) }
    }

    async send({ peer, text, entities = [] }) {
        entities = entities.map(([name, offset, length]) => ({ _: small(name), offset, length }))
        return told(await this.client.sendText(peer, { text, entities }))
    }

    async latest({ peer, limit }) {
        return (await this.client.getHistory(peer, { limit })).map(told)
    }

    async close() {
        await this.client.destroy()
    }
}

await serve(new Driver())
