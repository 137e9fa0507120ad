// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IArbitrable} from "contracts/interfaces/IArbitrable.sol";
import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ICases} from "contracts/interfaces/ICases.sol";
import {IDisputeDesk} from "contracts/interfaces/IDisputeDesk.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {IMultisigArbitrator} from "contracts/interfaces/IMultisigArbitrator.sol";
import {IPurse} from "contracts/interfaces/IPurse.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";
import {IDollar} from "./helpers/System.sol";

/// @dev Every function that changes anything, called by every role. Where a row gives no reason to refuse a role, the call
/// must go through; where it does, it must be refused for that very reason. Which functions there are is read from the
/// contracts' ABIs: one without a row fails its contract's test.
contract AccessTest is Base {
    uint32 private constant DERIVE = 1 << 7;

    address private operator = makeAddr("operator"); // of all of the holders' tokens
    address private approved = makeAddr("approved"); // for the one token
    address private formerHolder = makeAddr("former holder");
    address private agent = makeAddr("agent");
    address private formerAgent = makeAddr("former agent");
    address private gateway = makeAddr("gateway"); // whom terms name as reporter
    address private scribe = makeAddr("scribe"); // whom the licensee named
    address private claimant = makeAddr("claimant"); // holds a deed of their own
    address private publisher = makeAddr("publisher");
    address private vault;
    address private purse;

    ILicenseToken.Offer private offer;
    bytes32 private licenseId;

    // Matters of their own, so that each row finds what it is about.
    bytes32 private derivativeLicense;
    bytes32 private derivative;
    ILicenseToken.Grant private rich;
    ILicenseToken.Grant private unopened;
    ILicenseToken.Grant private opened;
    ILicenseToken.Grant private closed;
    bytes32 private claimId;
    bytes32 private catalogue;
    bytes32 private disputed;
    uint256 private openCase;
    uint256 private overdueCase;
    uint256 private settledCase;
    uint256 private licenseCase;
    uint256 private openContest;
    uint256 private overdueContest;
    uint256 private unexecuted;

    address private subject;
    mapping(address => mapping(bytes4 selector => bool)) private seen;

    function setUp() public override {
        super.setUp();
        bytes32 id = registerAs(formerHolder, "sold on");
        moveDeed(id, formerHolder, licensor);
        assetId = id;
        offer = here();
        licenseId = buy(offer);
        empower(registry, licensor, uint256(id));
        empower(licenses, licensee, uint256(licenseId));
        vm.startPrank(licensor);
        licenses.appointAgent(agent, PERPETUAL);
        licenses.appointAgent(formerAgent, uint40(NOW - 1));
        vm.stopPrank();
        vault = address(vaultOfThree());
        dollar.mint(vault, 1000);
        vm.prank(licensee);
        dollar.approve(address(ledger), type(uint256).max);
        vm.label(address(registry), "registry");
        vm.label(address(licenses), "license token");
        vm.label(address(factory), "factory");
        vm.label(address(ledger), "ledger");
        vm.label(address(escrow), "statement escrow");
        vm.label(address(desk), "dispute desk");
        vm.label(address(arbitrator), "arbitrator");
        prepareLicenses();
        prepareDerivative();
        prepareMeters();
        prepareDisputes();
        prepareStatements();
        prepareArbitrator();
    }

    // ---- the contracts ----

    function test_EveryContractHasATable() public view {
        assertEq(vm.readDir("src/licet/artifacts").length, 10);
    }

    function test_AssetRegistry() public {
        subject = address(registry);
        IAssetRegistry.Registration memory registration = work("anybody's");
        row(abi.encodeCall(registry.register, (registration)));
        row(abi.encodeCall(registry.registerFor, (licensor, registration, NOW, signedRegistration(registration))));
        row(
            abi.encodeCall(registry.registerDerivative, (work("of a poem"), derivation())),
            this.noLicense,
            only(licensee)
        );
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = derivativeLicense;
        row(abi.encodeCall(registry.refreshParents, (derivative, derivation().split, ids)));
        row(abi.encodeCall(registry.pinVault, (assetId, vault, 100)), this.notHolder, only(licensor));
        row(abi.encodeCall(registry.cancelOffers, (assetId)), this.notHolder, only(licensor));
        row(
            abi.encodeCall(registry.grantExclusive, (assetId, licenseId, type(uint32).max)),
            this.notLicenseToken,
            only(address(licenses))
        );
        row(abi.encodeCall(registry.flag, (assetId, 16, 1)), this.notDisputeDesk, only(address(desk)));
        tokenRows(registry, licensor, uint256(assetId));
        assertComplete("AssetRegistry");
    }

    function test_LicenseToken() public {
        subject = address(licenses);
        saleRows();
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), stranger, 0);
        row(abi.encodeCall(licenses.sellApart, (order, licensee, 0)), this.notSelf, only(address(licenses)));
        order = orderOf(subscription(), signed(subscription()), licensee, "subscription");
        row(abi.encodeCall(licenses.renew, (order)), this.notPaid, only(licensee));
        row(abi.encodeCall(licenses.revoke, (rich, shown(), licenseCase)), this.notLicensor, only(licensor));
        ILicenseToken.Sublicense memory sub = ILicenseToken.Sublicense(auditor, 2, uint40(NOW + 1), 0);
        row(abi.encodeCall(licenses.grantSublicense, (rich, shown(), sub)), this.notRichLicensee, only(licensee));
        row(abi.encodeCall(licenses.pin, (rich, shown())));
        row(abi.encodeCall(licenses.appointAgent, (stranger, PERPETUAL)));
        row(abi.encodeCall(licenses.publishOffer, (offer, conditions())), this.notLicensor, two(licensor, agent));
        row(abi.encodeCall(licenses.cancelOffer, (offer)), this.notLicensor, two(licensor, agent));
        tokenRows(licenses, licensee, uint256(licenseId));
        assertComplete("LicenseToken");
    }

    /// @dev Anyone buys what is free; what costs, whoever has money and allowed it: here the licensee alone. Of an
    /// authorization, whoever submits it, the signer pays.
    function saleRows() private {
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1);
        orders[0] = orderOf(offer, signed(offer), licensee, "paid");
        row(abi.encodeCall(licenses.buy, (orders[0])), this.notPaid, only(licensee));
        row(abi.encodeCall(licenses.buyBasket, (orders, false)), this.notPaid, only(licensee));
        bytes memory call = abi.encodeCall(licenses.buyWithPermit, (orders[0], IPermitFirst.Permit(NOW, 27, 0, 0)));
        row(call, this.notPaid, only(licensee));
        call = abi.encodeCall(licenses.buyBasket, (orders, false));
        call = abi.encodeCall(licenses.permitFirst, (address(dollar), 1, IPermitFirst.Permit(NOW, 27, 0, 0), call));
        row(call, this.notPaid, only(licensee));
        row(abi.encodeCall(licenses.buyBasket, (orders, true))); // passed over, where there is no money
        row(abi.encodeCall(licenses.buyWithAuthorization, (orders[0], authorize(licenseeKey, orders[0]))));

        ILicenseToken.Offer memory gift = freeTerms();
        gift.epoch = 1;
        orders[0] = orderOf(gift, signed(gift), licensee, "free");
        row(abi.encodeCall(licenses.buy, (orders[0])));
        row(abi.encodeCall(licenses.buyBasket, (orders, false)));
        row(abi.encodeCall(licenses.buyWithPermit, (orders[0], IPermitFirst.Permit(NOW, 27, 0, 0))));
    }

    function test_RoyaltyVaultFactory() public {
        subject = address(factory);
        (address[] memory payees, uint128[] memory shares) = three();
        bytes32 root = Split.root(payees, shares);
        row(abi.encodeCall(factory.deploy, (root, "another")));
        IRoyaltyVaultFactory.Payee[] memory leaves = new IRoyaltyVaultFactory.Payee[](1);
        row(abi.encodeCall(factory.publish, (root, 0, 0, "", leaves)));
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](1);
        claims[0] = IRoyaltyVaultFactory.VaultClaim(root, 0, address(dollar), shareOf(1));
        row(abi.encodeCall(factory.claim, (claims)));
        assertComplete("RoyaltyVaultFactory");
    }

    function test_RoyaltyVault() public {
        subject = vault;
        IRoyaltyVault.Share memory share = shareOf(1);
        row(abi.encodeCall(IRoyaltyVault.claim, (address(dollar), share)));
        row(
            abi.encodeCall(IRoyaltyVault.claimTo, (address(dollar), auditor, share, NOW, "")),
            this.notPayee,
            only(licensor)
        );
        rowPaid(1, "", this.nothing, everyone());
        assertComplete("RoyaltyVault");
    }

    function test_UsageLedger() public {
        subject = address(ledger);
        bytes32 id = idOf(opened);
        row(abi.encodeCall(ledger.anchor, (0, "root", 1, 1, uint40(NOW))));
        address[] memory reporters = new address[](3);
        (reporters[0], reporters[1], reporters[2]) = (licensee, gateway, scribe);
        row(abi.encodeCall(ledger.anchor, (id, "root", 1, 1, uint40(NOW))), this.notReporter, reporters);
        row(abi.encodeCall(ledger.nameReporter, (id, auditor, true)), this.notMeteredLicensee, only(licensee));
        row(abi.encodeCall(ledger.admitReporter, (opened, shown())));
        row(abi.encodeCall(ledger.open, (unopened)));
        row(abi.encodeCall(ledger.deposit, (opened, 1)), this.notPaid, only(licensee));
        bytes memory call = abi.encodeCall(ledger.deposit, (opened, 1));
        call = abi.encodeCall(ledger.permitFirst, (address(dollar), 1, IPermitFirst.Permit(NOW, 27, 0, 0), call));
        row(call, this.notPaid, only(licensee));
        bytes memory voucher = signed(licenseeKey, ledger.voucherHash(id, 3));
        row(abi.encodeCall(ledger.settle, (opened, shown(), 2, 3, voucher)));
        row(abi.encodeCall(ledger.close, (opened, shown())), this.notMeteredLicensee, only(licensee));
        row(abi.encodeCall(ledger.withdraw, (closed, address(dollar))));
        assertComplete("UsageLedger");
    }

    function test_Purse() public {
        subject = purse;
        row(abi.encodeCall(IPurse.pay, (address(dollar), auditor, 1)), this.notPurseOwner, only(address(ledger)));
        rowPaid(1, "", this.nothing, everyone());
        assertComplete("Purse");
    }

    function test_DisputeDesk() public {
        subject = address(desk);
        uint256 cost = desk.openingCost();
        bytes memory call =
            abi.encodeCall(desk.disputeAsset, (assetId, claimId, claimant, "evidence", "https://example.org"));
        rowPaid(cost, call, this.notClaimant, only(claimant));
        call = abi.encodeCall(
            desk.disputeWork,
            (catalogue, WORK, licensor, new bytes32[](0), 0, claimId, "evidence", "https://example.org")
        );
        rowPaid(cost, call, this.notClaimant, only(claimant));
        call = abi.encodeCall(desk.disputeLicense, (rich, shown(), "evidence", "https://example.org"));
        rowPaid(cost, call, this.notHolderForDesk, only(licensor));
        call = abi.encodeCall(desk.counterBond, (openCase));
        rowPaid(BOND, call, this.notDisputedHolder, only(licensor));
        row(abi.encodeCall(desk.release, (settledCase, artist, address(dollar))));
        caseRows(openCase, overdueCase);
        assertComplete("DisputeDesk");
    }

    function test_StatementEscrow() public {
        subject = address(escrow);
        row(abi.encodeCall(escrow.publish, (statement("new", 1 days))), this.notPublisher, only(publisher));
        bytes memory call =
            abi.encodeCall(escrow.contest, (statement("in its window", 1 days), "evidence", "https://example.org"));
        rowPaid(escrow.openingCost(), call, this.nothing, everyone());
        row(abi.encodeCall(escrow.release, (statement("past its window", 0), address(dollar))));
        caseRows(openContest, overdueContest);
        assertComplete("StatementEscrow");
    }

    /// @dev What desk and escrow have in common.
    function caseRows(uint256 open, uint256 overdue) private {
        ICases cases = ICases(subject);
        uint256 number = numberOf(cases, open);
        row(abi.encodeCall(IArbitrable.rule, (number, 1)), this.notArbitrator, only(address(arbitrator)));
        row(abi.encodeCall(cases.lapse, (overdue)));
        row(abi.encodeCall(cases.submitEvidence, (open, "https://example.org/more")));
        row(abi.encodeCall(cases.withdraw, (claimant)));
    }

    function test_MultisigArbitrator() public {
        subject = address(arbitrator);
        rowPaid(FEE, abi.encodeCall(arbitrator.createDispute, (2, "")), this.nothing, everyone());
        row(abi.encodeCall(arbitrator.vote, (numberOf(desk, openCase), 1)), this.notOwner, only(judge));
        row(abi.encodeCall(arbitrator.execute, (unexecuted)));
        row(abi.encodeCall(arbitrator.withdraw, (judge)));
        row(abi.encodeCall(arbitrator.appeal, (unexecuted, "")), this.noAppeal, new address[](0));
        assertComplete("MultisigArbitrator");
    }

    function test_TestDollar() public {
        subject = address(dollar);
        row(abi.encodeCall(dollar.mint, (auditor, 1)));
        row(abi.encodeCall(dollar.approve, (auditor, 1)));
        row(abi.encodeCall(dollar.transfer, (auditor, 0)));
        row(
            abi.encodeCall(dollar.transferFrom, (licensee, auditor, 1)),
            this.notAllowed,
            two(address(licenses), address(ledger))
        );
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 7, NOW);
        row(
            abi.encodeCall(
                dollar.permit, (licensee, address(licenses), 7, permit.deadline, permit.v, permit.r, permit.s)
            )
        );
        authorizationRows();
        assertComplete("TestDollar");
    }

    function authorizationRows() private {
        ILicenseToken.Authorization memory by = authorize(licenseeKey, 7, NOW - 1, NOW + 1, "nonce");
        row(
            abi.encodeCall(
                dollar.receiveWithAuthorization,
                (licensee, address(licenses), 7, NOW - 1, NOW + 1, "nonce", by.v, by.r, by.s)
            ),
            this.notReceiver,
            only(address(licenses))
        );
        by = signedFor(
            keccak256(
                abi.encode(
                    keccak256(
                        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
                    ),
                    licensee,
                    auditor,
                    7,
                    NOW - 1,
                    NOW + 1,
                    bytes32("nonce")
                )
            )
        );
        row(
            abi.encodeCall(
                dollar.transferWithAuthorization, (licensee, auditor, 7, NOW - 1, NOW + 1, "nonce", by.v, by.r, by.s)
            )
        );
        by = signedFor(
            keccak256(
                abi.encode(
                    keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), licensee, bytes32("nonce")
                )
            )
        );
        row(abi.encodeCall(dollar.cancelAuthorization, (licensee, "nonce", by.v, by.r, by.s)));
    }

    function signedFor(bytes32 structHash) private view returns (ILicenseToken.Authorization memory by) {
        (by.v, by.r, by.s) =
            vm.sign(licenseeKey, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
    }

    function tokenRows(IERC721 token, address holder, uint256 id) private {
        address[] memory allowed = new address[](3);
        (allowed[0], allowed[1], allowed[2]) = (holder, operator, approved);
        row(abi.encodeCall(token.transferFrom, (holder, auditor, id)), this.notOwnerNorApproved, allowed);
        bytes memory call = abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", holder, auditor, id);
        row(call, this.notOwnerNorApproved, allowed);
        call = abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", holder, auditor, id, "");
        row(call, this.notOwnerNorApproved, allowed);
        row(abi.encodeCall(token.approve, (auditor, id)), this.notOwnerNorApproved, two(holder, operator));
        row(abi.encodeCall(token.setApprovalForAll, (auditor, true)));
    }

    // ---- reasons to refuse ----

    function nothing(address) external pure returns (bytes memory) {
        return "";
    }

    function noLicense(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, derivativeLicense, caller, DERIVE);
    }

    function notHolder(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, caller, licensor);
    }

    function notLicenseToken(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.NotLicenseToken.selector, caller);
    }

    function notDisputeDesk(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.NotDisputeDesk.selector, caller);
    }

    function notLicensor(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, caller, licensor);
    }

    function notSelf(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotSelf.selector, caller);
    }

    function notRichLicensee(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, idOf(rich), caller, licensee);
    }

    function notMeteredLicensee(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, idOf(opened), caller, licensee);
    }

    function notPaid(address) external pure returns (bytes memory) {
        return abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector);
    }

    function notAllowed(address) external pure returns (bytes memory) {
        return abi.encodeWithSignature("InsufficientAllowance()");
    }

    function notReceiver(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IDollar.AuthorizationNotForCaller.selector, caller, licenses);
    }

    function notOwnerNorApproved(address) external pure returns (bytes memory) {
        return abi.encodeWithSelector(ERC721.NotOwnerNorApproved.selector);
    }

    function notPayee(address) external view returns (bytes memory) {
        return abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor);
    }

    function notReporter(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IUsageLedger.NotReporter.selector, idOf(opened), caller);
    }

    function notPurseOwner(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(IPurse.NotPurseOwner.selector, caller);
    }

    function notClaimant(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeDesk.ClaimInvalid.selector, claimId, caller);
    }

    function notHolderForDesk(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, assetId, caller, licensor);
    }

    function notDisputedHolder(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IDisputeDesk.NotDeedHolder.selector, disputed, caller, licensor);
    }

    function notPublisher(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IStatementEscrow.NotPublisher.selector, caller, publisher);
    }

    function notArbitrator(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(ICases.NotArbitrator.selector, caller);
    }

    function notOwner(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(IMultisigArbitrator.NotOwner.selector, caller);
    }

    function noAppeal(address) external view returns (bytes memory) {
        return abi.encodeWithSelector(IMultisigArbitrator.NoAppeal.selector, unexecuted);
    }

    // ---- what the rows are about ----

    function here() private view returns (ILicenseToken.Offer memory made) {
        made = terms();
        made.epoch = 1;
    }

    /// @dev A license that knows sublicenses, reporters and rulings.
    function shown() private view returns (ILicenseToken.Conditions memory made) {
        made = conditions("rich");
        (made.sublicensable, made.revocable, made.reporter, made.royaltyBps) = (true, true, gateway, 0);
    }

    function subscription() private view returns (ILicenseToken.Offer memory made) {
        made = here();
        made.kind = ILicenseToken.Kind.Subscription;
    }

    function metered() private view returns (ILicenseToken.Offer memory made) {
        made = here();
        (made.kind, made.transferable, made.price) = (ILicenseToken.Kind.Metered, false, 1);
        made.conditions = hashOf(shown());
    }

    function prepareLicenses() private {
        buy(subscription(), "subscription");
        rich.offer = here();
        (rich.offer.conditions, rich.licensee, rich.salt) = (hashOf(shown()), licensee, "rich");
        buy(rich.offer, "rich");
    }

    function deriving() private view returns (ILicenseToken.Offer memory made) {
        made = here();
        (made.uses, made.conditions) = (TRAIN | DERIVE, hashOf(shown()));
    }

    function derivation() private view returns (IAssetRegistry.Derivation memory made) {
        made.split = "a split";
        made.parents = new IAssetRegistry.Parent[](1);
        made.parents[0].grant = ILicenseToken.Grant(deriving(), licensee, "to derive");
        made.parents[0].conditions = shown();
    }

    function prepareDerivative() private {
        derivativeLicense = buy(deriving(), "to derive");
        IAssetRegistry.Derivation memory made = derivation();
        vm.prank(licensee);
        derivative = registry.registerDerivative(work("derived"), made);
    }

    function prepareMeters() private {
        unopened = ILicenseToken.Grant(metered(), licensee, "unopened");
        opened = ILicenseToken.Grant(metered(), licensee, "opened");
        closed = ILicenseToken.Grant(metered(), licensee, "closed");
        buy(metered(), "unopened");
        buy(metered(), "opened");
        buy(metered(), "closed");
        purse = ledger.open(opened);
        dollar.mint(purse, 100);
        dollar.mint(ledger.open(closed), 100);
        ledger.admitReporter(opened, shown());
        vm.startPrank(licensee);
        ledger.nameReporter(idOf(opened), scribe, true);
        ledger.close(closed, shown());
        vm.stopPrank();
    }

    function prepareDisputes() private {
        claimId = registerAs(claimant, "the claimant's own");
        disputed = registerAs(licensor, "disputed");
        catalogue = registerAs(licensor, keccak256(abi.encodePacked(bytes1(0x00), WORK)));
        bytes32 sold = registerAs(licensor, "sold in dispute");
        vm.warp(NOW - TIMEOUT - 1);
        overdueCase = dispute(registerAs(licensor, "long disputed"));
        vm.warp(NOW);
        openCase = dispute(disputed);
        licenseCase = disputeLicense(rich, shown());
        rule(licenseCase, 1);
        settledCase = dispute(sold);
        ILicenseToken.Offer memory made = terms();
        made.assetId = sold;
        buy(made);
        rule(settledCase, 2);
        bytes32 lost = registerAs(licensor, "lost by the licensor");
        uint256 cost = desk.openingCost();
        vm.deal(claimant, cost);
        vm.prank(claimant);
        rule(desk.disputeAsset{value: cost}(lost, claimId, claimant, "evidence", "https://example.org"), 1);
    }

    /// @dev A dollar to the first of three payees, by the publisher.
    function statement(bytes32 root, uint32 window) private view returns (IStatementEscrow.Statement memory made) {
        (made.publisher, made.assetId, made.currency) = (publisher, assetId, address(dollar));
        (made.amount, made.root, made.window) = (1, root, window);
    }

    function prepareStatements() private {
        dollar.mint(escrow.purseOf(escrow.statementIdOf(statement("new", 1 days))), 1);
        vm.warp(NOW - TIMEOUT - 1);
        publish(statement("past its window", 0));
        publish(statement("long contested", 1 days));
        overdueContest = contest(statement("long contested", 1 days));
        vm.warp(NOW);
        publish(statement("in its window", 1 days));
        publish(statement("contested", 1 days));
        openContest = contest(statement("contested", 1 days));
        publish(statement("wrong", 1 days));
        uint256 won = contest(statement("wrong", 1 days));
        uint256 number = numberOf(escrow, won);
        vm.prank(judge);
        arbitrator.vote(number, 1);
    }

    function publish(IStatementEscrow.Statement memory made) private {
        dollar.mint(escrow.purseOf(escrow.statementIdOf(made)), 1);
        vm.prank(publisher);
        escrow.publish(made);
    }

    function contest(IStatementEscrow.Statement memory made) private returns (uint256) {
        uint256 cost = escrow.openingCost();
        vm.deal(claimant, cost);
        vm.prank(claimant);
        return escrow.contest{value: cost}(made, "evidence", "https://example.org");
    }

    /// @dev A ruling that its arbitrable took only after the vote.
    function prepareArbitrator() private {
        address museum = makeAddr("museum");
        vm.deal(museum, FEE);
        vm.prank(museum);
        unexecuted = arbitrator.createDispute{value: FEE}(2, "");
        vm.prank(judge);
        arbitrator.vote(unexecuted, 1);
        assertFalse(arbitrator.executed(unexecuted));
        vm.mockCall(museum, abi.encodeCall(IArbitrable.rule, (unexecuted, 1)), "");
    }

    function numberOf(ICases cases, uint256 caseId) private view returns (uint256 number) {
        while (cases.caseOfDispute(number) != caseId) ++number;
    }

    function signedRegistration(IAssetRegistry.Registration memory registration) private view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                REGISTRATION_TYPEHASH,
                licensor,
                registration.content,
                registration.works,
                registration.documentHash,
                keccak256(bytes(registration.uri)),
                registration.origin,
                NOW
            )
        );
        return signed(licensorKey, typed(CHAIN, address(registry), structHash));
    }

    // ---- the table ----

    /// @dev Anybody may.
    function row(bytes memory call) private {
        rowPaid(0, call, this.nothing, everyone());
    }

    function row(bytes memory call, function(address) external returns (bytes memory) refusal, address[] memory allowed)
        private
    {
        rowPaid(0, call, refusal, allowed);
    }

    function rowPaid(
        uint256 value,
        bytes memory call,
        function(address) external returns (bytes memory) refusal,
        address[] memory allowed
    ) private {
        seen[subject][bytes4(call)] = true;
        address[] memory roles = everyone();
        for (uint256 i = 0; i < roles.length; ++i) {
            string memory who = string.concat(vm.getLabel(roles[i]), " calls ", vm.toString(bytes4(call)));
            uint256 snapshot = vm.snapshotState();
            vm.deal(roles[i], roles[i].balance + value);
            vm.prank(roles[i]);
            (bool ok, bytes memory result) = subject.call{value: value}(call);
            bool may = isAmong(roles[i], allowed);
            assertEq(ok, may, who);
            if (!may) assertEq(result, refusal(roles[i]), who);
            vm.revertToState(snapshot);
        }
    }

    /// @dev Fails unless each function of the ABI that is not a view had a row, and each row a function.
    function assertComplete(string memory name) private {
        string memory json = vm.readFile(string.concat("src/licet/artifacts/", name, ".json"));
        uint256 count = 0;
        for (uint256 i = 0; vm.keyExistsJson(json, at(".abi", i)); ++i) {
            string memory path = at(".abi", i);
            if (!equal(vm.parseJsonString(json, string.concat(path, ".type")), "function")) continue;
            string memory mutability = vm.parseJsonString(json, string.concat(path, ".stateMutability"));
            if (equal(mutability, "view") || equal(mutability, "pure")) continue;
            string memory signature = string.concat(
                vm.parseJsonString(json, string.concat(path, ".name")), typesAt(json, string.concat(path, ".inputs"))
            );
            assertTrue(seen[subject][bytes4(keccak256(bytes(signature)))], string.concat("no row for ", signature));
            ++count;
        }
        assertGt(count, 0, name);
    }

    /// @dev `(uint256,(address,bytes)[])`, as a signature has it.
    function typesAt(string memory json, string memory path) private returns (string memory types) {
        for (uint256 i = 0; vm.keyExistsJson(json, at(path, i)); ++i) {
            string memory one = vm.parseJsonString(json, string.concat(at(path, i), ".type"));
            if (vm.indexOf(one, "tuple") == 0) {
                string memory parts = typesAt(json, string.concat(at(path, i), ".components"));
                one = vm.replace(one, "tuple", parts);
            }
            types = string.concat(types, i == 0 ? "" : ",", one);
        }
        return string.concat("(", types, ")");
    }

    function at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    function equal(string memory one, string memory other) private pure returns (bool) {
        return keccak256(bytes(one)) == keccak256(bytes(other));
    }

    function isAmong(address one, address[] memory list) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == one) return true;
        }
        return false;
    }

    function everyone() private view returns (address[] memory roles) {
        roles = new address[](25);
        (roles[0], roles[1], roles[2], roles[3]) = (licensor, licensee, operator, approved);
        (roles[4], roles[5], roles[6], roles[7]) = (formerHolder, stranger, artist, auditor);
        (roles[8], roles[9], roles[10], roles[11]) = (address(registry), address(licenses), address(factory), vault);
        (roles[12], roles[13], roles[14], roles[15]) = (relayer, agent, formerAgent, gateway);
        (roles[16], roles[17], roles[18], roles[19]) = (scribe, claimant, publisher, judge);
        (roles[20], roles[21], roles[22]) = (address(ledger), address(escrow), address(desk));
        (roles[23], roles[24]) = (address(arbitrator), purse);
    }

    function empower(IERC721 token, address holder, uint256 id) private {
        vm.startPrank(holder);
        token.setApprovalForAll(operator, true);
        token.approve(approved, id);
        vm.stopPrank();
    }

    function only(address one) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function two(address one, address other) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (one, other);
    }
}
