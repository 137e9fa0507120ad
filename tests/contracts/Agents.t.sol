// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

import {Base} from "./Base.t.sol";

/// @dev Who signs, publishes and cancels offers for a licensor.
contract AgentsTest is Base {
    address private agent;
    uint256 private agentKey;

    function setUp() public override {
        super.setUp();
        (agent, agentKey) = makeAddrAndKey("agent");
    }

    // ---- appointing ----

    function test_AppointsAnAgent() public {
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        vm.expectEmit(address(licenses));
        emit ILicenseToken.AgentAppointed(licensor, agent, NOW + 10);
        appoint(NOW + 10);
        assertHeads(registryBefore, licensesBefore);
        assertEq(licenses.agentUntil(licensor, agent), NOW + 10);
        assertEq(licenses.agentUntil(agent, licensor), 0);
        assertEq(licenses.agentUntil(stranger, agent), 0);
    }

    function testFuzz_TheLastWordCounts(uint40[4] calldata untils) public {
        for (uint256 i = 0; i < untils.length; ++i) {
            appoint(untils[i]);
            assertEq(licenses.agentUntil(licensor, agent), untils[i]);
            if (untils[i] >= NOW) sellOnce(bytes32(i));
            else refuseSigned(terms());
        }
    }

    /// @dev Anybody may have agents; they are of use to who holds a deed.
    function test_AnyoneAppointsForThemselves() public {
        vm.prank(stranger);
        licenses.appointAgent(agent, PERPETUAL);
        refuseSigned(terms());
        moveDeed(assetId, licensor, stranger);
        ILicenseToken.Offer memory offer = terms();
        (offer.licensor, offer.epoch) = (stranger, 1);
        buySigned(offer);
    }

    // ---- signing ----

    function test_AnAgentsSignatureSells() public {
        appoint(PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        bytes memory signature = signed(agentKey, digestOf(offer));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(idOf(offer, licensee, 0), assetId, licensee, licensee, 0, 1, offer, signature);
        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, 0));
    }

    function test_TakesACompactSignature() public {
        appoint(PERPETUAL);
        bytes memory signature = signedCompact(agentKey, digestOf(terms()));
        assertEq(signature.length, 64);
        vm.prank(licensee);
        licenses.buy(orderOf(terms(), signature, licensee, 0));
    }

    function test_TheLicensorStillSigns() public {
        appoint(PERPETUAL);
        buy(terms());
    }

    function test_SellsThroughTheLastSecond() public {
        appoint(NOW + 10);
        vm.warp(NOW + 10);
        sellOnce("last");
        vm.warp(NOW + 11);
        refuseSigned(terms());
    }

    function test_RevertWhen_TheAgentWasNeverAppointed() public {
        refuseSigned(terms());
    }

    /// @dev What they signed before does not sell after.
    function test_RevertWhen_TheAgencyEnded() public {
        appoint(PERPETUAL);
        sellOnce("before");
        appoint(0);
        refuseSigned(terms());
        appoint(NOW);
        sellOnce("again");
    }

    function test_RevertWhen_TheAgentSignedAnotherOffer() public {
        appoint(PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        offer.price -= 1;
        bytes memory signature = signed(agentKey, digestOf(terms()));
        refuse(offer, signature, invalid(offer));
    }

    function test_RevertWhen_TheAgentSignedForAnotherChainOrContract() public {
        appoint(PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        refuse(offer, signed(agentKey, typed(1, address(licenses), hashOf(offer))), invalid(offer));
        refuse(offer, signed(agentKey, typed(CHAIN, address(registry), hashOf(offer))), invalid(offer));
        refuse(offer, signed(agentKey, hashOf(offer)), invalid(offer));
    }

    /// @dev Whose signature recovers to nobody is nobody's agent, though nobody was appointed.
    function testFuzz_RevertWhen_NobodySigned(bytes calldata noise) public {
        vm.prank(licensor);
        licenses.appointAgent(address(0), PERPETUAL);
        refuse(terms(), noise, invalid(terms()));
    }

    /// @dev Agents are accounts that sign; a contract's approval counts for the licensor alone. It may publish.
    function test_AContractPublishesAndDoesNotSign() public {
        Puppet museum = new Puppet();
        vm.prank(licensor);
        licenses.appointAgent(address(museum), PERPETUAL);
        museum.sign(digestOf(terms()));
        refuse(terms(), "", invalid(terms()));
        museum.execute(address(licenses), 0, abi.encodeCall(licenses.publishOffer, (terms(), conditions())));
        vm.prank(licensee);
        licenses.buy(orderOf(terms(), "", licensee, 0));
    }

    /// @dev The agent of who sold the deed has no say over the next holder's asset.
    function test_RevertWhen_TheLicensorSoldTheDeed() public {
        appoint(PERPETUAL);
        moveDeed(assetId, licensor, stranger);
        ILicenseToken.Offer memory offer = terms();
        offer.epoch = 1;
        bytes memory signature = signed(agentKey, digestOf(offer));
        refuse(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, licensor, stranger)
        );
        offer.licensor = stranger;
        refuseSigned(offer);
    }

    /// @dev An agent's agent is not the licensor's.
    function test_RevertWhen_AnAgentsAgentSigns() public {
        appoint(PERPETUAL);
        vm.prank(agent);
        licenses.appointAgent(stranger, PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        refuse(offer, signed(strangerKey, digestOf(offer)), invalid(offer));
    }

    /// @dev The agent's offers name the licensor: the agent's own name sells nothing.
    function test_RevertWhen_TheAgentNamesThemselves() public {
        appoint(PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = agent;
        bytes memory signature = signed(agentKey, digestOf(offer));
        refuse(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, agent, licensor)
        );
    }

    // ---- publishing and cancelling ----

    function test_AnAgentPublishes() public {
        appoint(NOW + 10);
        vm.warp(NOW + 10);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.OfferPublished(hashOf(terms()), assetId, licensor, terms(), conditions());
        vm.prank(agent);
        licenses.publishOffer(terms(), conditions());
        vm.warp(NOW + 11); // published is published
        vm.prank(licensee);
        licenses.buy(orderOf(terms(), "", licensee, 0));
    }

    function test_AnAgentCancels() public {
        appoint(NOW + 10);
        vm.warp(NOW + 10);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.OfferCancelled(hashOf(terms()), assetId, licensor);
        vm.prank(agent);
        licenses.cancelOffer(terms());
        refuse(terms(), abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(terms())));
    }

    function test_RevertWhen_TheAgentsTimeIsOver() public {
        appoint(NOW + 10);
        vm.warp(NOW + 11);
        refusePublishAndCancel(terms(), licensor);
        appoint(PERPETUAL);
        appoint(0);
        refusePublishAndCancel(terms(), licensor);
    }

    function test_RevertWhen_TheOfferIsAnothers() public {
        appoint(PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        offer.licensor = stranger;
        refusePublishAndCancel(offer, stranger);
    }

    // ---- nothing else ----

    /// @dev What an agent signs and sends concerns offers; deeds, licenses and money are out of their reach.
    function test_RevertWhen_AnAgentDoesMore() public {
        appoint(PERPETUAL);
        ILicenseToken.Conditions memory shown = conditions();
        shown.reportWithin = 1;
        ILicenseToken.Offer memory offer = terms();
        (offer.conditions, offer.duration) = (hashOf(shown), 0);
        buy(offer);
        vm.warp(NOW + 3 days);
        vm.startPrank(agent);
        bytes memory notHolder = abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, agent, licensor);
        vm.expectRevert(notHolder);
        registry.cancelOffers(assetId);
        vm.expectRevert(notHolder);
        registry.pinVault(assetId, agent, 1);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        registry.transferFrom(licensor, agent, uint256(assetId));
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, agent, licensor));
        licenses.revoke(ILicenseToken.Grant(offer, licensee, 0), shown, 0);
    }

    // ---- helpers ----

    function appoint(uint256 until) private {
        vm.prank(licensor);
        licenses.appointAgent(agent, uint40(until));
    }

    function sellOnce(bytes32 salt) private {
        bytes memory signature = signed(agentKey, digestOf(terms()));
        vm.prank(licensee);
        licenses.buy(orderOf(terms(), signature, licensee, salt));
    }

    function buySigned(ILicenseToken.Offer memory offer) private {
        bytes memory signature = signed(agentKey, digestOf(offer));
        vm.prank(licensee);
        licenses.buy(orderOf(offer, signature, licensee, 0));
    }

    function refuseSigned(ILicenseToken.Offer memory offer) private {
        refuse(offer, signed(agentKey, digestOf(offer)), invalid(offer));
    }

    function refusePublishAndCancel(ILicenseToken.Offer memory offer, address whose) private {
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, agent, whose);
        vm.startPrank(agent);
        vm.expectRevert(reason);
        licenses.publishOffer(offer, conditions());
        vm.expectRevert(reason);
        licenses.cancelOffer(offer);
        vm.stopPrank();
    }

    function invalid(ILicenseToken.Offer memory offer) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), offer.licensor);
    }
}
