// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPermitFirst} from "./IPermitFirst.sol";

/// @title Licenses: permission for stated uses of an asset, sold on a signed or published offer
/// @notice A license is an ERC-721 token whose id is the hash of (offer, licensee, salt): the id proves the terms. Its
/// expiry and uses stand in the owner's slot, so one fresh slot serves a sale and one read answers `permits`.
///
/// A licensor can: sign offers off chain (free) or publish them on chain, cancel one offer, cancel all (in the registry),
/// appoint agents who sign for them, and revoke a license for a cause that its terms state, paying the refund they state.
/// A buyer gets exactly the offer they passed in, or a revert. The money goes straight from the payer to the offer's
/// payee: this contract never holds any. While a dispute of the deed is open it goes to an escrow instead.
/// Nobody can: change terms under a sale, sell on an offer of somebody who no longer holds the deed, sell one license
/// twice, spend another's allowance, take back or narrow a license without cause, upgrade or pause this contract.
///
/// Every audited log (three indexed parameters) is chained into `head()`; `Approval`, `ApprovalForAll` and the hints for
/// wallets (`Locked`, `MetadataUpdate`) are not.
interface ILicenseToken is IPermitFirst {
    /// @notice How a license is paid for.
    /// Sale: the price, once. Free: nothing; the only kind with a price of 0. Subscription: the price, for each `duration`.
    /// Metered: the price for each unit used, from a deposit in the usage ledger; nothing at the sale.
    enum Kind {
        Sale,
        Free,
        Subscription,
        Metered
    }

    /// @notice Immutable terms; EIP-712 type `Offer` with these fields in this order, but that the last one is the struct
    /// `Conditions` there, so that a signer reads it: on chain its hash stands for it, and is the offer's salt as well.
    /// @param licensor Holder of the deed, who signs (or an agent of theirs).
    /// @param assetId The asset licensed, in the registry.
    /// @param epoch The deed's epoch when the offer was made.
    /// @param payee Who receives the price: as a rule the address of a royalty vault, deployed or not.
    /// @param currency ERC-20 token of the price; the zero address for the native coin.
    /// @param price In the currency's smallest unit, for what `kind` says; 0 only where it is free.
    /// @param uses Bit set of the uses permitted; not 0.
    /// @param termsHash SHA-256 of the rights document at `termsURI`.
    /// @param termsURI Where the rights document can be fetched, at most 1,024 bytes.
    /// @param start First second of the sale, unix.
    /// @param end Last second of the sale, unix; 0 for no end.
    /// @param duration Seconds that a license runs from its sale; 0 for perpetual.
    /// @param supply How many licenses may be sold on this offer; 0 for any number.
    /// @param kind How a license is paid for.
    /// @param exclusive No other license of the asset is sold while this one runs.
    /// @param transferable Whether the licensee may transfer the license.
    /// @param conditions EIP-712 struct hash of the offer's `Conditions`.
    struct Offer {
        address licensor;
        bytes32 assetId;
        uint32 epoch;
        address payee;
        address currency;
        uint256 price;
        uint32 uses;
        bytes32 termsHash;
        string termsURI;
        uint40 start;
        uint40 end;
        uint32 duration;
        uint32 supply;
        Kind kind;
        bool exclusive;
        bool transferable;
        bytes32 conditions;
    }

    /// @notice What a sale need not know: the terms that matter later, shown and proven by hash when they do.
    /// @param royaltyBps Share of a derivative's income that its vault must give to the offer's payee, basis points.
    /// @param revenueCeiling What a derivative's vault may have received, in units of the offer's currency, before its
    /// sales end; 0 for no ceiling.
    /// @param approval A derivative needs the deed holder's signature.
    /// @param reciprocal A derivative is licensed on the same rights document, reciprocally in turn, or not at all.
    /// @param sublicensable The licensee may grant sublicenses: no wider, no longer, and not further.
    /// @param revocable A ruling may revoke the license.
    /// @param reportWithin Seconds within which use must be reported again, or the license may be revoked; 0 for no duty.
    /// @param refundBps Share of the price for the time not used that a revocation gives back, basis points.
    /// @param resaleBps Share of a transferable license's resale that ERC-2981 asks for the payee, basis points.
    /// @param reporter Who, beside the licensee, may report use; the zero address for nobody.
    /// @param unitCap Units that a metered license may be charged, in all; 0 for no cap.
    /// @param refundDelay Seconds from asking for a deposit's rest to getting it.
    /// @param salt Tells offers with equal terms apart.
    struct Conditions {
        uint16 royaltyBps;
        uint96 revenueCeiling;
        bool approval;
        bool reciprocal;
        bool sublicensable;
        bool revocable;
        uint32 reportWithin;
        uint16 refundBps;
        uint16 resaleBps;
        address reporter;
        uint56 unitCap;
        uint32 refundDelay;
        bytes32 salt;
    }

    /// @notice What a license's id is the hash of; whoever shows it proves the license's terms.
    struct Grant {
        Offer offer;
        address licensee;
        bytes32 salt;
    }

    /// @notice What a buyer asks for: exactly this offer, or a revert.
    /// @param offer The terms.
    /// @param signature The licensor's, or an agent's, over the offer (EIP-712; 64 or 65 bytes, or the licensor's EIP-1271);
    /// empty if published.
    /// @param quantity How many licenses (seats), 1 to 100; the price is paid for each.
    /// @param licensee Who receives the licenses.
    /// @param salt Chosen by the buyer; tells several purchases on one offer apart. Seat i has the salt `salt + i`.
    struct Order {
        Offer offer;
        bytes signature;
        uint256 quantity;
        address licensee;
        bytes32 salt;
    }

    /// @notice An EIP-3009 authorization of exactly the price, signed by the payer for this contract, whose nonce binds
    /// the order (`authorizationNonce`): it can pay for nothing else, whoever submits it.
    struct Authorization {
        address payer;
        uint256 validAfter;
        uint256 validBefore;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice What has happened to an offer.
    /// @param sold Licenses sold on it; counted only where the offer limits the supply.
    /// @param cancelled No further sale on it.
    /// @param published It needs no signature: its licensor published it in a transaction.
    struct OfferState {
        uint32 sold;
        bool cancelled;
        bool published;
    }

    /// @notice What a license's single storage slot says.
    /// @param holder Who holds it now.
    /// @param expires Unix second from which it no longer permits anything; 2^40 - 1 for perpetual.
    /// @param uses Bit set of the uses permitted.
    /// @param bound Not transferable.
    /// @param metered Permits only while its deposit is open and not spent.
    /// @param sublicense Permits only while the license it was granted under does.
    /// @param revoked Revoked at `expires`; never renewed.
    /// @param soldOn Day of the sale, counted from 1970-01-01 (UTC).
    struct License {
        address holder;
        uint40 expires;
        uint32 uses;
        bool bound;
        bool metered;
        bool sublicense;
        bool revoked;
        uint16 soldOn;
    }

    /// @notice What a licensee grants to somebody else under a sublicensable license.
    /// @param licensee Who receives it; it is bound to them.
    /// @param uses Bit set; none that the license itself does not permit.
    /// @param expires Unix second from which it permits nothing; not after the license's own.
    /// @param salt Tells several grants to one licensee apart.
    struct Sublicense {
        address licensee;
        uint32 uses;
        uint40 expires;
        bytes32 salt;
    }

    /// @notice What a license's offer says that other contracts may ask for, once anybody has shown it (`pin`).
    /// @param assetId The asset licensed.
    /// @param payee Who receives resale royalties.
    /// @param resaleBps Share of a resale, basis points.
    struct Pinned {
        bytes32 assetId;
        address payee;
        uint16 resaleBps;
    }

    /// @notice Licenses were sold: `quantity` of them, the first with the id `licenseId`, seat i with the salt `salt + i`.
    /// Carries everything an auditor needs: the whole offer, who paid, and the signature.
    event Sold(
        bytes32 indexed licenseId,
        bytes32 indexed assetId,
        address indexed licensee,
        address payer,
        bytes32 salt,
        uint256 quantity,
        Offer offer,
        bytes signature
    );

    /// @notice The licensor put an offer on chain: it sells without a signature.
    event OfferPublished(
        bytes32 indexed offerHash, bytes32 indexed assetId, address indexed licensor, Offer offer, Conditions conditions
    );

    /// @notice The licensor cancelled an offer.
    event OfferCancelled(bytes32 indexed offerHash, bytes32 indexed assetId, address indexed licensor);

    /// @notice A subscription was renewed: `payer` paid `amount` in the offer's currency, and it now runs to `expires`.
    event Renewed(
        bytes32 indexed licenseId,
        bytes32 indexed assetId,
        bytes32 indexed offerHash,
        address payer,
        address payee,
        address currency,
        uint256 amount,
        uint40 expires
    );

    /// @notice A license was revoked for a cause its terms state; `refund` of the offer's currency went to `vault`, whose
    /// only payee is the holder. `cause` is the dispute's number, or 0 for use that was not reported in time.
    event Revoked(
        bytes32 indexed licenseId,
        bytes32 indexed assetId,
        uint256 indexed cause,
        address holder,
        address payer,
        address vault,
        address currency,
        uint256 refund
    );

    /// @notice The holder of `parentId` granted a sublicense.
    event Sublicensed(
        bytes32 indexed licenseId,
        bytes32 indexed parentId,
        address indexed licensee,
        uint32 uses,
        uint40 expires,
        bytes32 salt
    );

    /// @notice A licensor lets `agent` sign, publish and cancel offers for them, through the unix second `until`.
    event AgentAppointed(address indexed licensor, address indexed agent, uint256 indexed until);

    /// @notice A license's terms were shown (see `Pinned`).
    event Pin(bytes32 indexed licenseId, bytes32 indexed assetId, address indexed payee, uint16 resaleBps);

    /// @notice The offer's licensor does not hold the deed; `holder` does.
    error OfferNotFromHolder(bytes32 assetId, address licensor, address holder);
    /// @notice The deed was transferred, or its offers cancelled, since the offer was made.
    error OfferOutdated(bytes32 assetId, uint256 offerEpoch, uint256 deedEpoch);
    /// @notice The sale starts at `start` (unix seconds); it is now `timestamp`.
    error OfferNotStarted(bytes32 offerHash, uint256 start, uint256 timestamp);
    /// @notice The sale ended at `end` (unix seconds); it is now `timestamp`.
    error OfferExpired(bytes32 offerHash, uint256 end, uint256 timestamp);
    /// @notice The licensor cancelled this offer.
    error OfferIsCancelled(bytes32 offerHash);
    /// @notice All `supply` licenses of this offer are sold.
    error OfferSoldOut(bytes32 offerHash, uint256 supply);
    /// @notice The signature is not the licensor's over this very offer, chain and contract.
    error OfferSignatureInvalid(bytes32 offerHash, address licensor);
    /// @notice The price is 0 though the offer is not free, or the offer is free and has a price.
    error OfferPriceInvalid(bytes32 offerHash, uint256 price, Kind kind);
    /// @notice A subscription has a duration; a metered license is bound to its licensee, whose deposit pays.
    error OfferKindInvalid(bytes32 offerHash, Kind kind);
    /// @notice An offer must permit at least one use.
    error OfferUsesMissing(bytes32 offerHash);
    /// @notice The terms URI has `length` bytes; at most `maximum` are allowed.
    error OfferUriTooLong(bytes32 offerHash, uint256 length, uint256 maximum);
    /// @notice A share above 10,000 basis points.
    error ConditionsInvalid(bytes32 conditions);
    /// @notice These are not the conditions of the offer, which have the hash `expected`.
    error ConditionsUnknown(bytes32 conditions, bytes32 expected);
    /// @notice Only the licensor, or an agent of theirs, may publish or cancel an offer.
    error NotLicensor(address caller, address licensor);
    /// @notice An exclusive license of the asset runs until `until` (unix seconds).
    error AssetExclusivelyLicensed(bytes32 assetId, uint256 until);
    /// @notice This very sale happened before: choose another salt.
    error LicenseAlreadySold(bytes32 licenseId);
    /// @notice No license has this id.
    error LicenseUnknown(bytes32 licenseId);
    /// @notice The license is bound to its licensee.
    error LicenseNotTransferable(bytes32 licenseId);
    /// @notice The native coin sent is not what the order costs.
    error WrongValue(uint256 sent, uint256 asked);
    /// @notice The deed lost a dispute: no further sale.
    error AssetDefeated(bytes32 assetId);
    /// @notice The derivative has a revenue ceiling, and this payment would wait in escrow, where no ceiling counts it.
    error CeilingInDispute(bytes32 assetId);
    /// @notice Only a subscription can be renewed.
    error NotRenewable(bytes32 licenseId);
    /// @notice The license was revoked.
    error LicenseRevoked(bytes32 licenseId);
    /// @notice The license expired at `expires` (unix seconds).
    error LicenseExpired(bytes32 licenseId, uint256 expires);
    /// @notice The license's terms know no such cause, or it has not come about.
    error CauseInvalid(bytes32 licenseId, uint256 cause);
    /// @notice Only the license's holder may do this.
    error NotLicensee(bytes32 licenseId, address caller, address holder);
    /// @notice The license's terms allow no sublicenses, or it is one itself.
    error NotSublicensable(bytes32 licenseId);
    /// @notice A sublicense is neither wider nor longer than its license, and not empty.
    error SublicenseTooWide(bytes32 licenseId, uint32 uses, uint256 expires);
    /// @notice An order is for 1 to `maximum` licenses, and for 1 only if they are exclusive.
    error QuantityInvalid(uint256 quantity, uint256 maximum);
    /// @notice A basket has 1 to `maximum` orders, for `maximum` licenses in all.
    error BasketSizeInvalid(uint256 orders, uint256 maximum);
    /// @notice An order of a basket that skips is given `needed` gas, so that it fails for no want of it; there is less.
    error GasTooLow(uint256 left, uint256 needed);
    /// @notice An order that costs nothing needs nobody's authorization: `buy` takes it.
    error NothingToAuthorize(bytes32 licenseId);
    /// @notice The currency said that it paid `expected`, but only `received` arrived.
    error PaymentNotReceived(address currency, uint256 expected, uint256 received);
    /// @notice Only this contract calls this function.
    error NotSelf(address caller);

    /// @notice Buys licenses. The payer is the caller, who must have allowed this contract the price (ERC-20), or sends
    /// exactly the price (native coin).
    /// @return licenseId The first license's id, `licenseIdOf(offerHash, licensee, salt)`.
    function buy(Order calldata order) external payable returns (bytes32 licenseId);

    /// @notice `buy`, with the caller's EIP-2612 permit for exactly the price. A permit that somebody submitted first
    /// does not break the sale.
    function buyWithPermit(Order calldata order, Permit calldata permit) external returns (bytes32 licenseId);

    /// @notice `buy`, paid by the signer of an EIP-3009 authorization; anyone may submit it and pay the gas. The money goes
    /// through this contract to the payee in the same transaction.
    function buyWithAuthorization(Order calldata order, Authorization calldata authorization)
        external
        returns (bytes32 licenseId);

    /// @notice Buys up to 100 different orders. The payer is the caller, as in `buy`; native coin that is not spent goes back.
    /// @param skip False: all or nothing. True: an order that does not sell is passed over, and not paid; each may use
    /// 300,000 gas and 40,000 for each license, so that one that burns gas harms no other.
    /// @return licenseIds The first license's id of each order; zero for one that was passed over.
    function buyBasket(Order[] calldata orders, bool skip) external payable returns (bytes32[] memory licenseIds);

    /// @notice Renews subscriptions sold on this offer, at its price and for its duration each, from their expiry on, or
    /// from now if they ran out. The offer must still sell: not cancelled, not ended, of the deed's present epoch.
    /// @param order As it was bought; anybody may pay, as in `buy`.
    function renew(Order calldata order) external payable;

    /// @notice Revokes the license proven by `grant`, for a cause that its conditions state. Only the deed's present holder
    /// may, who pays the refund (price × `refundBps` × time left ÷ duration; the whole term's if perpetual) into a vault
    /// whose only payee is the license's holder: of native coin sent along, what is too much goes back; a token is drawn from
    /// the allowance.
    /// @param cause A dispute's number in the dispute desk that upheld the revocation, if the license is `revocable`; 0 for
    /// use not reported within `reportWithin` seconds.
    function revoke(Grant calldata grant, Conditions calldata conditions, uint256 cause) external payable;

    /// @notice Grants a sublicense under the caller's license.
    /// @return licenseId `licenseIdOf(the license's id, sublicense.licensee, sublicense.salt)`.
    function grantSublicense(Grant calldata grant, Conditions calldata conditions, Sublicense calldata sublicense)
        external
        returns (bytes32 licenseId);

    /// @notice Stores what a license's terms say for markets and other contracts; anybody may, for anybody's license.
    function pin(Grant calldata grant, Conditions calldata conditions) external returns (bytes32 licenseId);

    /// @notice Lets an agent sign, publish and cancel offers for the caller; 0 ends it. An ERC-721 approval does not.
    /// @param until Last unix second.
    function appointAgent(address agent, uint40 until) external;

    /// @notice Puts an offer on chain, so that it sells without a signature. Only its licensor or an agent may.
    function publishOffer(Offer calldata offer, Conditions calldata conditions) external returns (bytes32 offerHash);

    /// @notice Ends the sale on one offer, for ever. Only its licensor or an agent may; licenses sold before stay.
    function cancelOffer(Offer calldata offer) external returns (bytes32 offerHash);

    /// @notice Whether the license permits all of `uses` now. Reads one slot; false for an unknown license. A metered
    /// license's deposit, and a sublicense's license, are asked as well.
    function permits(bytes32 licenseId, uint32 uses) external view returns (bool);

    /// @notice Whether the license proven by `grant` permits all of `uses` of `assetId` now.
    function permitsAsset(Grant calldata grant, uint32 uses, bytes32 assetId) external view returns (bool);

    /// @notice Whether the license proven by `grant` permits all of `uses` of the work with this SHA-256 now: a single
    /// work's own license, or a catalogue's of which the work is a proven leaf.
    /// @param registrant Who registered the licensed asset.
    /// @param siblings Sibling hashes from the leaf up; empty for a single work.
    /// @param sides Bit i says that sibling i stands on the left.
    function permitsWork(
        Grant calldata grant,
        uint32 uses,
        bytes32 sha256Hash,
        address registrant,
        bytes32[] calldata siblings,
        uint256 sides
    ) external view returns (bool);

    /// @notice A license's slot. Reverts with `LicenseUnknown`.
    function license(bytes32 licenseId) external view returns (License memory);

    /// @notice What was pinned for a license; zeros if nothing was.
    function pinned(bytes32 licenseId) external view returns (Pinned memory);

    /// @notice The license that a sublicense was granted under; zero for every other.
    function parentOf(bytes32 licenseId) external view returns (bytes32);

    /// @notice The last unix second in which `agent` may act for `licensor`; 0 if never appointed.
    function agentUntil(address licensor, address agent) external view returns (uint40);

    /// @notice What has happened to an offer.
    function offerState(bytes32 offerHash) external view returns (OfferState memory);

    /// @notice The offer's EIP-712 struct hash.
    function offerHashOf(Offer calldata offer) external pure returns (bytes32);

    /// @notice The conditions' EIP-712 struct hash.
    function conditionsHashOf(Conditions calldata conditions) external pure returns (bytes32);

    /// @notice The nonce of an EIP-3009 authorization that pays for an order: keccak256(abi.encode(chain id, this contract,
    /// selector of `buyWithAuthorization`, first license's id, payer, amount, quantity)).
    function authorizationNonce(Order calldata order, address payer) external view returns (bytes32);

    /// @notice keccak256(abi.encode(offerHash, licensee, salt)).
    function licenseIdOf(bytes32 offerHash, address licensee, bytes32 salt) external pure returns (bytes32);

    /// @notice Rolling head of this contract's audited logs (see `RollingHead`).
    function head() external view returns (bytes32);

    /// @notice The registry whose assets are licensed.
    function registry() external view returns (address);
}
