/** One attack on the handshake, a join, pairing or recovery, how it must end, and the test that shows it. */
export interface Attack {
  readonly attack: string
  /** The code with which it ends, or what comes of it. */
  readonly ends: string
  /** The test's file under test/, and its name, or that of its case, as written there. */
  readonly test: readonly [file: string, name: string]
}

type Row = readonly [attack: string, file: string, name: string]

const rows = (ends: string, ...attacks: readonly Row[]): readonly Attack[] =>
  attacks.map(([attack, file, name]) => ({ attack, ends, test: [file, name] }))

const shake = 'unit/replication/linkHandshake.test.ts'
const insider = 'unit/replication/linkAttacks.test.ts'
const hellos = 'corpus/handshakeCases.ts'
const links = 'corpus/linkCases.ts'
const member = 'corpus/membershipCases.ts'
const joins = 'corpus/joinCases.ts'
const proof = 'unit/replication/proveMembership.test.ts'
const join = 'unit/replication/join.test.ts'
const code = 'unit/replication/codeJoin.test.ts'
const flow = 'unit/client/joinFlow.test.ts'
const digits = 'unit/replication/comparison.test.ts'
const pairing = 'integration/pairing.test.ts'
const inviting = 'integration/invitations.test.ts'
const joining = 'integration/joining.test.ts'
const removal = 'integration/removal.test.ts'
const recovery = 'unit/client/recoveryHost.test.ts'
const sealed = 'unit/access/epochKeys.test.ts'
const text = 'unit/access/invitation.test.ts'
const changed = 'or not at all with any bit of the conversation changed'

/** Attacks on the link between members. */
const linkAttacks: readonly Attack[] = [
  ...rows(
    'insecure-peer',
    ['both transports ended by a middle man', 'e2e/middleman.test.ts', 'gets nothing through with certificates of its own'],
    ['certificates swapped', shake, 'where certificates are swapped, or there on one end only'],
    ['certificates on one end only', shake, 'where certificates are swapped, or there on one end only'],
    ['somebody between both ends of the transport', shake, 'where someone sits between both ends of the transport'],
    ['a run replayed', shake, 'with a recorded run, played again to either side'],
    ["the victim's own auth reflected", insider, "is taken for nobody by saying the victim's own proof back to it"],
    ['another space', shake, 'with who means another space'],
    ['another epoch', shake, 'with who is in another epoch'],
    ['the right key id with a wrong key', shake, 'with who has another key of the same id'],
    ['a removed device in the new room', 'e2e/removal.test.ts', 'see it, are cut off, and with their real old keys read nothing'],
    ['an insider who relays between two members', 'integration/hostilePeer.test.ts', 'gets nothing as the man in the middle'],
    ['the version cut in both hellos', shake, changed],
    ['every bit changed, one at a time', shake, changed],
    ['auth twice', shake, 'auth again'],
    ['ready before auth', insider, 'ready before auth'],
    ['auth that is not sealed', insider, 'an auth in plain'],
    ['auth bound to another conversation', insider, 'an auth bound to nothing'],
    ['data repeated', shake, "'repeat'"],
    ['data reordered', shake, '{ reorder: 1 }'],
    ['data lost', shake, "'drop'"],
    ['hello twice', insider, 'a second hello'],
    ['junk after the hello', insider, 'junk'],
  ),
  ...rows(
    'bad-signature',
    ["another's device claimed with the epoch key", insider, "is taken for nobody by naming a member's device"],
    ["an insider seals a victim's auth again", insider, 'is taken for nobody by sealing again what a member once said to him'],
    ['S + L', hellos, 'S beyond the group order'],
    ['torsion in R', 'unit/crypto/vectors.test.ts', 'refuses a signature whose R has a small-order part'],
    ['signatures on which verifiers disagree', 'unit/crypto/vectors.test.ts', 'refuses every signature on which verifiers disagree'],
    ['signed for the other side', hellos, 'signed for the other side'],
    ['signed for another conversation', hellos, 'signed for another conversation'],
    ['a signature of zeros', hellos, 'a signature of zeros'],
  ),
  ...rows(
    'bad-key',
    ['an ephemeral key of low order', shake, 'ends as bad-key with an ephemeral key of low order'],
    ['every low-order X25519 secret', 'unit/crypto/vectors.test.ts', 'agrees on every Wycheproof X25519 secret'],
    ['a device key of zeros', hellos, 'a key of zeros'],
    ['a device key of small order', hellos, 'a key of small order'],
    ['a device key that is no point', hellos, 'a key that is no point'],
    ['a device key that is not canonical', hellos, 'a key in a second form'],
    ['a device key with a part of small order', 'unit/crypto/vectors.test.ts', 'for no signing key'],
  ),
  ...rows('reflected', ['own hello', shake, "one's own hello"], ['own device key', shake, "one's own device"]),
  ...rows(
    'malformed',
    ['a hello cut at each byte', hellos, "...truncations(goodHello, 'malformed')"],
    ['a hello above 512 bytes', hellos, 'longer than a hello may be'],
    ['more than 16 KiB before proof', shake, 'on more than 16 KiB before proof at once'],
    ['16 KiB kept from who can prove it', shake, 'keeps no more than 16 KiB of what comes before the proof is verified'],
    ['a frame of 16,385 bytes', insider, 'a frame of 16,385 bytes'],
    ['a byte behind the end', hellos, 'a byte behind the end'],
    ['an over-long number', hellos, 'an over-long number'],
    ['a number beyond 2^53', hellos, 'a number beyond 2^53'],
    ['a field twice', hellos, 'one extension twice'],
    ['fields out of order', hellos, 'extensions out of order'],
    ['65 heads', hellos, '65 heads'],
    ['more heads than are there', hellos, 'more heads than are there'],
    ['ready in the place of auth', insider, 'ready in the place of auth'],
    ['junk in the place of messages', 'unit/replication/hostileMember.test.ts', 'who sends what is no message is closed at once'],
    ['a hello of a join', shake, 'refuses a hello of another protocol or role'],
    ['a role that does not exist', hellos, 'a role that does not exist'],
    ['fragments out of their form', links, 'export const fragmentCases'],
    ["another space's operation", member, 'of another space'],
  ),
  ...rows(
    'newer-version',
    ['an unknown even field', hellos, 'an extension that must be known'],
    ['version 2 demanded', hellos, 'only versions that are not made yet'],
    [
      'an unknown odd field, and offers of versions 1 to 9, are taken',
      'unit/replication/codecs.test.ts',
      'may offer more versions and odd fields',
    ],
  ),
  ...rows(
    'operations only',
    ['an unknown device with the key', insider, 'only under a device key of his own, for the log to judge'],
    ['who never proves to be a member', 'unit/replication/hostileMember.test.ts', 'whom the log never names has ten seconds'],
    ['who admits himself', member, 'by somebody who is nobody, under a place of the owner'],
    ['made-up operations', 'unit/replication/hostileMember.test.ts', 'who makes up operations is closed'],
    ["a removed member's fresh key at an usher", proof, 'and nothing in an older one'],
    ['operations without parents, however many', 'unit/access/createMembershipLog.test.ts', 'is refused when 4 MiB are held'],
    [
      'two members who do not know of each other',
      'unit/replication/createSpaceReplication.test.ts',
      'whom it learns to be a member from the operations that the peer sends',
    ],
    ['a stale member at an usher gets the key', removal, 'find each other when both have changed the key'],
    ['a key that no epoch names', 'unit/access/epochs.test.ts', 'or that no epoch names'],
  ),
  ...rows(
    'removed',
    ['a removed device, in the newest room and in older ones', proof, 'is told so, in the newest room and in older ones'],
    ['a removed device that says it knows', proof, 'is told nothing at all where it says that it knows'],
    ['a removed device that was away', removal, 'while offline over several changes of the key learns of it all the same'],
    ['a forged end', member, 'the removal of a senior'],
    ['silence', shake, 'gives up on silence after ten seconds'],
    ['let in by one who was removed meanwhile', 'unit/access/findExcess.test.ts', 'is told by whose end that is'],
  ),
]

/** Attacks on keys, invitations, codes, pairing and recovery. */
const joinAttacks: readonly Attack[] = [
  ...rows(
    'does not open',
    ['a sealed key for another device', sealed, 'are opened by that device for that space and key id alone'],
    ['a sealed key of another space', sealed, 'are opened by that device for that space and key id alone'],
    ['a sealed key with another private key', 'unit/crypto/hpke.test.ts', 'does not open for another key, info, aad or ephemeral key'],
    ['a sealed key under another id', sealed, 'are taken only under their own id'],
    ['a sealing key of low order', sealed, 'are sealed to nobody whose key is of low order'],
    ['a sealed key with any bit changed', 'unit/crypto/hpke.test.ts', 'does not open with any flipped bit or cut anywhere'],
    ['an old key for a newer one', 'unit/access/epochs.test.ts', 'opens backwards over six of them, and never forwards'],
  ),
  ...rows(
    'insecure-peer',
    ['no link', join, "without the link's secret comes to nothing"],
    ['a run replayed to the host', join, 'with a run that was recorded, played again to the host'],
    ['somebody between guest and host', join, 'with someone between both ends'],
    ['a code called right by who does not know it', code, 'where the host does not know the code and says that it was right'],
    ['the code dropped', code, 'where the host forgets to ask for the code'],
    [
      'a code asked for that the link knows nothing of',
      'unit/replication/invitationAttacks.test.ts',
      'a host that asks for a code the link knows nothing of',
    ],
    ['"shown before" to who remembers nothing', code, 'where the host says that it was shown, and this guest knows nothing of it'],
    ['a fake host with a space of his own', join, 'with a host that shares a space of its own'],
    ['a reader who hosts', join, 'with a host that is no admin of the space'],
    ['no admission', join, 'with a host that claims to have admitted the guest and has not'],
    ['a key that no epoch names', join, 'with a host that hands over a key that no epoch names'],
    ['another device than the link names', flow, 'is passed over at his answer where the link names its host'],
    ['comparing dropped', pairing, 'comes in by a link alone where both show the same digits, and by nothing less'],
    ['a reveal off the commitment', digits, 'a nonce that is not the one committed to is a fake'],
    ['a private space that the phrase does not name', recovery, 'does not believe a host whose private space is not the one'],
  ),
  ...rows(
    'not the end of a join',
    ['a lie about the invitation, by who has the link', flow, 'does not end a join: the host may still come'],
    ['a fake space before the host comes', flow, 'and shares a space of his own does not end a join'],
    ['a connection that comes and goes', flow, 'does not put off the end'],
    ['a wait without end', flow, 'holds it half an hour, not for ever'],
    ['a guest that holds the host', code, 'gives its place with the host back after twenty minutes'],
    ['an end that reads nothing', join, 'waits a minute and then closes'],
  ),
  ...rows(
    'bad-signature',
    ['the rendezvous key without the secret', joins, 'a proof by who has not the secret'],
    ["another's proof", join, "admits nobody on another's proof"],
    ["a victim's device", joins, "signed with another's device"],
    ['of another conversation', joins, 'of another conversation'],
    ['any bit of proof or consent', joins, 'one bit of the consent flipped'],
    ["an answer in another's name", joins, "in another's name"],
  ),
  ...rows(
    'malformed',
    ["a victim's keys offered", joins, "another's sealing key"],
    ['a foreign identity', join, 'admits nobody whose identity never certified the device'],
    ['a consent to another space', join, "'another space'"],
    ['a consent to another invitation', join, "'another invitation'"],
    ['a forged self', member, 'a victim listed, who has signed nothing'],
    ['a swapped sealing key', member, 'a consent with another sealing key'],
    ['nine records', joins, 'nine records'],
    ['a name that is too long', joins, 'a name that is too long'],
    ['a tag before a share', code, 'a tag before a share'],
    ['a run out of turn', code, 'a run out of turn'],
    ['a reveal before the nonce', digits, 'a reveal before the nonce'],
  ),
  ...rows(
    'bad-key',
    ['a sealing key of low order', member, 'a sealing key of low order'],
    ['an identity of small order', member, 'an identity of small order'],
    ['the neutral element as share', code, 'the neutral element as share'],
    ['a share that is not canonical', code, 'a share that is not canonical'],
    ['a share off the group', code, 'a share off the group'],
    ["the draft's invalid points", 'unit/crypto/cpace.test.ts', 'refuses its invalid ones'],
  ),
  ...rows(
    'used-up',
    ['two race for one use', joining, 'lets one in when two race for it'],
    ['the host approves two for one use', inviting, 'lets in one of two whom the host approves where the link is for one'],
    ['three wrong codes, then the right one', code, 'ends with the third wrong code, and refuses the right one afterwards'],
    ['a new connection for each try', inviting, 'also after reconnecting, for another guest'],
    ['a restart of the host for each try', inviting, 'and after a restart of the host'],
    ['ten tags at once', 'unit/client/invitationMemory.test.ts', 'judges three of ten that come at once'],
    ['a link used again', joining, 'refuses a link that was used'],
    ['two admins of a partition let in too many', 'integration/overuse.test.ts', 'the inviter takes back the last'],
    ['a device link used up', pairing, 'uses the link up'],
    ['three wrong codes of a new device', pairing, 'is let in by nobody after three wrong codes'],
  ),
  ...rows(
    'no try lost',
    ['an end before the tag, and a cut after any frame', code, 'costs no try where the connection breaks before the tag'],
    ['a cut after any frame of a plain join', join, 'that breaks off after any frame succeeds at the second try'],
    ['a network that fails before the code was typed', inviting, 'costs a guest nothing where the network fails'],
    ['one run after the other', code, 'tells who tries one run after the other no more than three verdicts'],
    ['a lost answer to the right code', pairing, 'goes on where its answer was lost'],
  ),
  ...rows(
    'void',
    ['an admission concurrent with the removal of the admitter', 'unit/access/findExcess.test.ts', 'is told by whose end that is'],
    ['a consent moved to another space', member, 'a consent to another space'],
    ['an admission by an admin who was removed', 'unit/access/endScenarios.test.ts', 'x=a1 remove B<3;y=b1 admit editor E:e1<3'],
  ),
  ...rows(
    'its own code',
    ['expired', inviting, 'until it expires, and then says so'],
    ['withdrawn', inviting, 'admits nobody any more once it is revoked'],
    ['closed by another admin', inviting, 'is closed on every device by any admin'],
    ['denied', code, 'waits for the decision, and ends as it says'],
    ['denied and asked again', inviting, 'remembers a refusal, also when the guest asks again'],
    ['denied by one admin and asked of another, also after a restart', inviting, 'remembers a refusal on every device that hosts it'],
    [
      'many denied, and then an honest guest',
      'unit/client/invitationMemory.test.ts',
      'a guest that was turned away takes nobody the place',
    ],
    ['a shut-out device from the phrase', recovery, 'is told that it was removed where it was shut out'],
    ['another than the person from the phrase', recovery, 'is refused where its record is of somebody else'],
    ['a wrong phrase', recovery, 'hears nothing with another phrase'],
    ['who is no admin', 'unit/access/createAdmission.test.ts', 'is refused to be made by who may not admit'],
    ['two guests, or two hosts', join, 'of two guests, or two hosts, is none'],
    ['the 65th guest', 'unit/client/inviteFlow.test.ts', 'an invitation keeps so many requests'],
    ['the ninth conversation', 'unit/client/inviteFlow.test.ts', 'an invitation talks to so many at once'],
    ['the 11th run', joins, "'run 11'"],
    ['the guest gives up', code, 'hears a guest that gives up'],
    ['the guest gives up while somebody decides', flow, 'before that ends at once, stores nothing and tells the host'],
    ['the guest gives up while it is being stored', flow, 'while the space is being stored comes too late'],
    ['the host gives up', joining, 'admits nobody whom the host no longer wants'],
    ['nobody decides', inviting, 'ends it after ten minutes'],
    ['nobody answers', joining, 'says that nobody answers when the host is gone'],
    ['a device link withdrawn, expired or of another kind', pairing, 'finds the link withdrawn, expired, or of another kind'],
  ),
  ...rows(
    'different digits',
    ['who has the link, in the middle', digits, 'shows the two ends different digits'],
    ['digits that differ', pairing, 'is turned away where the digits differ'],
    ['neither code nor digits', joins, 'for a device, with neither code nor digits'],
  ),
  ...rows(
    'malformed text',
    ['each character changed', text, 'with any character changed is malformed'],
    ['each truncation', text, 'cut anywhere, at either end, is malformed'],
    ['10,000 random texts', text, 'is malformed for 10,000 random texts'],
    ['of another app', joins, 'of another app'],
    ['of version 2', joins, 'of a version that is not made yet'],
    ['an unknown even field', joins, 'a field that must be known'],
    ['an unknown flag', joins, 'a flag that is not made yet'],
    ['a path to another site', joins, 'a path to another site'],
  ),
]

/** Every attack that a review of the handshake and the invitations named. */
export const attackTable: readonly Attack[] = [...linkAttacks, ...joinAttacks]
