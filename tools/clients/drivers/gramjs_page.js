// Runs in the browser: GramJS, and the commands of the harness as `window.driver`.

import bigInt from 'big-integer'
import { Api, TelegramClient } from 'telegram'
import { _serverKeys } from 'telegram/crypto/RSA'
import { NewMessage } from 'telegram/events'
import { PromisedWebSockets } from 'telegram/extensions/PromisedWebSockets'
import { StoreSession } from 'telegram/sessions'
import { LAYER } from 'telegram/tl/AllTLObjects'

const plain = (entities) => (entities ?? []).map((e) => [e.className, e.offset, e.length])

function told(message) {
    const { peerId, fromId } = message
    return {
        peer: Number(peerId.userId),
        sender: Number((fromId ?? peerId).userId),
        id: message.id,
        text: message.message,
        entities: plain(message.entities),
        out: Boolean(message.out),
        reply_to: message.replyTo?.replyToMsgId ?? null,
    }
}

window.driver = {
    async open({ host, port, key, tls }) {
        _serverKeys.set(key.fingerprint.signed, { n: bigInt(key.modulus, 16), e: key.exponent })
        // GramJS itself goes to the ports 80 and 443 alone.
        class HereSockets extends PromisedWebSockets {
            getWebSocketLink(_host, _port, testServers) {
                const link = super.getWebSocketLink(host, tls ? 443 : 80, testServers)
                return link.replace(/:\d+\//, `:${port}/`)
            }
        }
        this.client = new TelegramClient(new StoreSession('piltover'), 1, 'piltover', {
            connectionRetries: 3, networkSocket: HereSockets, useWSS: tls, deviceModel: 'Chromium', systemVersion: '1',
        })
        this.client.session.setDC(2, host, port)
        this.client.addEventHandler((event) => window.tell({ event: 'message', ...told(event.message) }),
            new NewMessage({ incoming: true }))
        await this.client.connect()
        return { layer: LAYER, authorized: await this.client.isUserAuthorized() }
    },

    async sign_up({ phone, code, first_name }) {
        const { phoneCodeHash } = await this.client.sendCode({ apiId: 1, apiHash: 'piltover' }, phone)
        const signIn = new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash, phoneCode: code })
        const refused = await this.client.invoke(signIn)
        if (refused.className !== 'auth.AuthorizationSignUpRequired') throw new Error('an unknown number could sign in')
        const { user } = await this.client.invoke(new Api.auth.SignUp({
            phoneNumber: phone, phoneCodeHash, firstName: first_name, lastName: '',
        }))
        await this.client.invoke(new Api.updates.GetState())
        return Number(user.id)
    },

    async import_contact({ phone, first_name }) {
        const { imported } = await this.client.invoke(new Api.contacts.ImportContacts({
            contacts: [new Api.InputPhoneContact({ clientId: bigInt(1), phone, firstName: first_name, lastName: '' })],
        }))
        return { imported: imported.map((i) => Number(i.userId)) }
    },

    async send({ peer, text, entities = [] }) {
        const formattingEntities = entities.map(([name, offset, length]) => new Api[name]({ offset, length }))
        return told(await this.client.sendMessage(bigInt(peer), { message: text, formattingEntities }))
    },

    async latest({ peer, limit }) {
        return (await this.client.getMessages(bigInt(peer), { limit })).map(told)
    },

    async close() {
        await this.client.destroy()
    },
}
