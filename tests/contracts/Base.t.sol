// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {IMultisigArbitrator} from "contracts/interfaces/IMultisigArbitrator.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";

import {Replay} from "./helpers/Replay.sol";
import {Split} from "./helpers/Split.sol";
import {IDeeds, IDollar, ILicenses} from "./helpers/System.sol";

/// @dev The whole system, its actors by role, and EIP-712 written from the specification, not from the contracts. The clock
/// is read by cheat code: the compiler takes its opcode for a constant within a call.
abstract contract Base is Test {
    using Replay for Vm.Log[];

    uint256 internal constant CHAIN = 31337;
    uint256 internal constant NOW = 1_750_000_000;
    uint256 internal constant PRICE = 2_500_000;
    uint256 internal constant BOND = 0.5 ether;
    uint256 internal constant FEE = 0.03 ether;
    uint256 internal constant TIMEOUT = 30 days;
    uint32 internal constant DURATION = 365 days;
    uint32 internal constant TRAIN = 2 | 4;
    uint40 internal constant PERPETUAL = type(uint40).max;
    bytes32 internal constant WORK = keccak256("a poem");

    bytes32 internal constant CONDITIONS_TYPEHASH = keccak256(
        "Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool sublicensable,bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,uint56 unitCap,uint32 refundDelay,bytes32 salt)"
    );
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256 price,uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,uint32 supply,uint8 kind,bool exclusive,bool transferable,Conditions conditions)Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool sublicensable,bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,uint56 unitCap,uint32 refundDelay,bytes32 salt)"
    );
    bytes32 internal constant REGISTRATION_TYPEHASH = keccak256(
        "Registration(address registrant,bytes32 content,uint64 works,bytes32 documentHash,string uri,uint8 origin,uint256 deadline)"
    );
    bytes32 internal constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 internal constant RECEIVE_TYPEHASH = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    IDeeds internal registry;
    ILicenses internal licenses;
    IRoyaltyVaultFactory internal factory;
    IUsageLedger internal ledger;
    IStatementEscrow internal escrow;
    IDisputeDesk internal desk;
    /// @dev One judge decides alone.
    IMultisigArbitrator internal arbitrator;
    IDollar internal dollar;

    address internal licensor;
    uint256 internal licensorKey;
    address internal licensee;
    uint256 internal licenseeKey;
    address internal artist = makeAddr("artist");
    address internal auditor = makeAddr("auditor");
    address internal marketplace = makeAddr("marketplace");
    address internal relayer = makeAddr("relayer");
    address internal judge = makeAddr("judge");
    address internal stranger;
    uint256 internal strangerKey;

    /// @dev The licensor's deed to `WORK`.
    bytes32 internal assetId;

    function setUp() public virtual {
        vm.chainId(CHAIN); // before the dollar, which refuses other chains
        vm.warp(NOW);
        (licensor, licensorKey) = makeAddrAndKey("licensor");
        (licensee, licenseeKey) = makeAddrAndKey("licensee");
        (stranger, strangerKey) = makeAddrAndKey("stranger");

        deploySystem();
        dollar = IDollar(deployCode("TestDollar.sol:TestDollar"));

        assetId = registerAs(licensor, WORK);
        dollar.mint(licensee, 1e15);
        vm.prank(licensee);
        dollar.approve(address(licenses), type(uint256).max);
    }

    /// @dev Everything that names each other, in the order in which it is deployed everywhere.
    function deploySystem() private {
        address[] memory judges = new address[](1);
        judges[0] = judge;
        arbitrator =
            IMultisigArbitrator(deployCode("MultisigArbitrator.sol:MultisigArbitrator", abi.encode(judges, 1, FEE)));
        factory = IRoyaltyVaultFactory(deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory"));
        address[5] memory at;
        for (uint256 i = 0; i < 5; ++i) {
            at[i] = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + i);
        }
        registry =
            IDeeds(deployCode("AssetRegistry.sol:AssetRegistry", abi.encode(factory, at[1], at[2], at[3], at[4])));
        licenses = ILicenses(deployCode("LicenseToken.sol:LicenseToken", abi.encode(registry)));
        ledger = IUsageLedger(deployCode("UsageLedger.sol:UsageLedger", abi.encode(licenses)));
        escrow = IStatementEscrow(
            deployCode("StatementEscrow.sol:StatementEscrow", abi.encode(factory, arbitrator, BOND, TIMEOUT))
        );
        desk = IDisputeDesk(deployCode("DisputeDesk.sol:DisputeDesk", abi.encode(registry, arbitrator, BOND, TIMEOUT)));
        assertEq(registry.licenseToken(), address(licenses), "the registry names the license token");
        assertEq(registry.usageLedger(), address(ledger), "the registry names the ledger");
        assertEq(registry.statementEscrow(), address(escrow), "the registry names the escrow");
        assertEq(registry.disputeDesk(), address(desk), "the registry names the desk");
    }

    // ---- assets ----

    function work(bytes32 content) internal pure returns (IAssetRegistry.Registration memory) {
        return IAssetRegistry.Registration({
            content: content, works: 0, documentHash: 0, uri: "", origin: IAssetRegistry.Origin.Unstated
        });
    }

    function registerAs(address registrant, bytes32 content) internal returns (bytes32) {
        vm.prank(registrant);
        return registry.register(work(content));
    }

    function moveDeed(bytes32 id, address from, address to) internal {
        vm.prank(from);
        registry.transferFrom(from, to, uint256(id));
    }

    function epochOf(bytes32 id) internal view returns (uint24) {
        return registry.deed(id).epoch;
    }

    function exclusiveUntil(bytes32 id) internal view returns (uint32) {
        return registry.deed(id).exclusiveUntil;
    }

    // ---- offers ----

    /// @dev Training for a year, at a price in dollars, by the licensor.
    function terms() internal view returns (ILicenseToken.Offer memory) {
        return ILicenseToken.Offer({
            licensor: licensor,
            assetId: assetId,
            epoch: 0,
            payee: artist,
            currency: address(dollar),
            price: PRICE,
            uses: TRAIN,
            termsHash: keccak256("terms"),
            termsURI: "https://example.org/terms.json",
            start: uint40(NOW - 1 days),
            end: uint40(NOW + 30 days),
            duration: DURATION,
            supply: 0,
            kind: ILicenseToken.Kind.Sale,
            exclusive: false,
            transferable: true,
            conditions: hashOf(conditions())
        });
    }

    /// @dev Those of `terms`: a share of a derivative's income, and nothing else.
    function conditions() internal pure returns (ILicenseToken.Conditions memory) {
        return conditions(keccak256("offer"));
    }

    /// @dev The same with another salt, which tells offers with equal terms apart.
    function conditions(bytes32 salt) internal pure returns (ILicenseToken.Conditions memory shown) {
        (shown.royaltyBps, shown.salt) = (250, salt);
    }

    function freeTerms() internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.price, offer.kind) = (0, ILicenseToken.Kind.Free);
    }

    function nativeTerms() internal view returns (ILicenseToken.Offer memory offer) {
        offer = terms();
        (offer.price, offer.currency) = (1 ether, address(0));
    }

    function hashOf(ILicenseToken.Offer memory offer) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(
                    OFFER_TYPEHASH,
                    offer.licensor,
                    offer.assetId,
                    offer.epoch,
                    offer.payee,
                    offer.currency,
                    offer.price,
                    offer.uses,
                    offer.termsHash
                ),
                abi.encode(
                    keccak256(bytes(offer.termsURI)),
                    offer.start,
                    offer.end,
                    offer.duration,
                    offer.supply,
                    offer.kind,
                    offer.exclusive,
                    offer.transferable,
                    offer.conditions
                )
            )
        );
    }

    function hashOf(ILicenseToken.Conditions memory shown) internal pure returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(
                    CONDITIONS_TYPEHASH,
                    shown.royaltyBps,
                    shown.revenueCeiling,
                    shown.approval,
                    shown.reciprocal,
                    shown.sublicensable,
                    shown.revocable
                ),
                abi.encode(
                    shown.reportWithin,
                    shown.refundBps,
                    shown.resaleBps,
                    shown.reporter,
                    shown.unitCap,
                    shown.refundDelay,
                    shown.salt
                )
            )
        );
    }

    function idOf(ILicenseToken.Offer memory offer, address to, bytes32 salt) internal pure returns (bytes32) {
        return keccak256(abi.encode(hashOf(offer), to, salt));
    }

    function idOf(ILicenseToken.Grant memory grant) internal pure returns (bytes32) {
        return idOf(grant.offer, grant.licensee, grant.salt);
    }

    function digestOf(ILicenseToken.Offer memory offer) internal view returns (bytes32) {
        return typed(CHAIN, address(licenses), hashOf(offer));
    }

    function typed(uint256 chainId, address verifier, bytes32 structHash) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Licet"),
                keccak256("1"),
                chainId,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev EIP-2098: 64 bytes.
    function signedCompact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function signed(ILicenseToken.Offer memory offer) internal view returns (bytes memory) {
        return signed(licensorKey, digestOf(offer));
    }

    // ---- sales ----

    /// @dev An order of one license.
    function orderOf(ILicenseToken.Offer memory offer, bytes memory signature, address to, bytes32 salt)
        internal
        pure
        returns (ILicenseToken.Order memory)
    {
        return ILicenseToken.Order({offer: offer, signature: signature, quantity: 1, licensee: to, salt: salt});
    }

    /// @dev An order of several licenses by the licensee, signed by the licensor.
    function seats(ILicenseToken.Offer memory offer, uint256 quantity, bytes32 salt)
        internal
        view
        returns (ILicenseToken.Order memory order)
    {
        order = orderOf(offer, signed(offer), licensee, salt);
        order.quantity = quantity;
    }

    /// @dev Seat `seat` of an order; salts go round at 2^256.
    function seatOf(ILicenseToken.Order memory order, uint256 seat) internal pure returns (bytes32) {
        unchecked {
            return idOf(order.offer, order.licensee, bytes32(uint256(order.salt) + seat));
        }
    }

    /// @dev The licensee buys for themself, with the licensor's signature.
    function buy(ILicenseToken.Offer memory offer, bytes32 salt) internal returns (bytes32) {
        bytes memory signature = signed(offer);
        vm.prank(licensee);
        return licenses.buy(orderOf(offer, signature, licensee, salt));
    }

    function buy(ILicenseToken.Offer memory offer) internal returns (bytes32) {
        return buy(offer, 0);
    }

    /// @dev The same, refused with exactly `reason`.
    function refuse(ILicenseToken.Offer memory offer, bytes memory reason) internal {
        refuse(offer, signed(offer), reason);
    }

    function refuse(ILicenseToken.Offer memory offer, bytes memory signature, bytes memory reason) internal {
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buy(orderOf(offer, signature, licensee, 0));
    }

    function permitFor(uint256 key, uint256 amount, uint256 deadline)
        internal
        view
        returns (IPermitFirst.Permit memory)
    {
        return permitTo(address(licenses), key, amount, deadline);
    }

    function permitTo(address spender, uint256 key, uint256 amount, uint256 deadline)
        internal
        view
        returns (IPermitFirst.Permit memory)
    {
        address owner = vm.addr(key);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, amount, dollar.nonces(owner), deadline));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        return IPermitFirst.Permit({deadline: deadline, v: v, r: r, s: s});
    }

    function nonceOf(ILicenseToken.Order memory order, address payer) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                CHAIN,
                address(licenses),
                ILicenseToken.buyWithAuthorization.selector,
                seatOf(order, 0),
                payer,
                order.offer.price * order.quantity,
                order.quantity
            )
        );
    }

    /// @dev Pays for the order, for an hour from now.
    function authorize(uint256 key, ILicenseToken.Order memory order)
        internal
        view
        returns (ILicenseToken.Authorization memory)
    {
        return authorize(key, order.offer.price * order.quantity, NOW - 1, NOW + 1 hours, nonceOf(order, vm.addr(key)));
    }

    function authorize(uint256 key, uint256 amount, uint256 validAfter, uint256 validBefore, bytes32 nonce)
        internal
        view
        returns (ILicenseToken.Authorization memory)
    {
        address payer = vm.addr(key);
        bytes32 structHash =
            keccak256(abi.encode(RECEIVE_TYPEHASH, payer, address(licenses), amount, validAfter, validBefore, nonce));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        return ILicenseToken.Authorization(payer, validAfter, validBefore, v, r, s);
    }

    /// @dev What a transaction costs before its first instruction.
    function intrinsicGas(bytes memory call) internal pure returns (uint256 gas) {
        gas = 21_000;
        for (uint256 i = 0; i < call.length; ++i) {
            gas += call[i] == 0 ? 4 : 16;
        }
    }

    // ---- vaults ----

    /// @dev A vault of three: `artist` 5, `licensor` 3, `auditor` 2.
    function three() internal view returns (address[] memory payees, uint128[] memory shares) {
        (payees, shares) = (new address[](3), new uint128[](3));
        (payees[0], payees[1], payees[2]) = (artist, licensor, auditor);
        (shares[0], shares[1], shares[2]) = (5, 3, 2);
    }

    function shareOf(uint256 index) internal view returns (IRoyaltyVault.Share memory) {
        (address[] memory payees, uint128[] memory shares) = three();
        return Split.prove(payees, shares, index);
    }

    function vaultOfThree() internal returns (IRoyaltyVault) {
        (address[] memory payees, uint128[] memory shares) = three();
        return IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
    }

    // ---- disputes ----

    /// @dev A stranger claims that the asset is theirs; the sales from now on are paid into escrow.
    function dispute(bytes32 id) internal returns (uint256) {
        bytes32 claimId = registerAs(stranger, keccak256(abi.encode("claim", desk.caseCount(), id)));
        uint256 cost = desk.openingCost();
        vm.deal(stranger, cost);
        vm.prank(stranger);
        return desk.disputeAsset{value: cost}(id, claimId, stranger, "evidence", "https://example.org/evidence");
    }

    /// @dev The present holder of the licensed deed says that the license was broken.
    function disputeLicense(ILicenseToken.Grant memory grant, ILicenseToken.Conditions memory shown)
        internal
        returns (uint256)
    {
        address holder = registry.deed(grant.offer.assetId).holder;
        uint256 cost = desk.openingCost();
        vm.deal(holder, holder.balance + cost);
        vm.prank(holder);
        return desk.disputeLicense{value: cost}(grant, shown, "evidence", "https://example.org/evidence");
    }

    function counterBond(uint256 caseId, address holder) internal {
        vm.deal(holder, holder.balance + BOND);
        vm.prank(holder);
        desk.counterBond{value: BOND}(caseId);
    }

    /// @dev 1 upholds the claim, 2 rejects it.
    function rule(uint256 caseId, uint256 ruling) internal {
        uint256 number = 0;
        while (desk.caseOfDispute(number) != caseId) ++number;
        vm.prank(judge);
        arbitrator.vote(number, ruling);
    }

    // ---- heads ----

    /// @dev Fails unless the logs recorded since `vm.recordLogs` lead from the given heads to the present ones.
    function assertHeads(bytes32 registryBefore, bytes32 licensesBefore) internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(registry.head(), logs.head(address(registry), registryBefore), "registry's head");
        assertEq(licenses.head(), logs.head(address(licenses), licensesBefore), "license token's head");
    }
}
